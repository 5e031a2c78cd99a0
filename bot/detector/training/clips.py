"""Finding the recordings: a folder with manifest.csv, or the layouts of Common Voice and the Kazakh Speech Corpus."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HUMAN: Final = "human"
SYNTHETIC: Final = "synthetic"
SHARE_ALIKE: Final = "BY-SA"
UNBALANCED: Final = frozenset({"kk", "ru"})  # languages that the public clips have (nearly) only as synthetic speech
_KSC_AUDIO: Final = ("Audios", "Audios_flac", "Audio")
_KSC_TEXT: Final = "Transcriptions"


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording and what is known about it."""

    path: Path
    label: str  # HUMAN or SYNTHETIC
    generator: str  # "human" for human speech
    language: str
    speaker: str
    source: str  # repository, package or corpus it comes from
    licence: str
    split: str = ""

    @property
    def synthetic(self) -> bool:
        return self.label == SYNTHETIC

    @property
    def share_alike(self) -> bool:
        """A licence that would bind the model to the same terms; such clips are never trained on."""
        return SHARE_ALIKE in self.licence


def read_manifest(manifest: Path) -> list[Clip]:
    """The clips named in a CSV, whose paths count from its folder.

    Raises ValueError with the line number for a row that is wrong, OSError where there is no such file.
    """
    clips: list[Clip] = []
    with manifest.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            label = (row.get("label") or "").strip()
            if label not in (HUMAN, SYNTHETIC) or not row.get("path"):
                raise ValueError(f"{manifest.name} line {number}: needs path and a label, human or synthetic")
            clips.append(
                Clip(
                    manifest.parent / row["path"],
                    label,
                    row.get("generator") or label,
                    row.get("language") or "",
                    row.get("speaker") or row["path"],
                    row.get("source_repository") or "unnamed",
                    row.get("licence") or "",
                    row.get("split") or "",
                )
            )
    return clips


def read_common_voice(folder: Path, limit: int = 0) -> list[Clip]:
    """Human clips of one Common Voice language: validated.tsv beside clips/. At most `limit` (0: all), by speaker."""
    with (folder / "validated.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    clips = [
        Clip(
            folder / "clips" / row["path"],
            HUMAN,
            HUMAN,
            (row.get("locale") or folder.name).split("-")[0],
            row["client_id"],
            "Common Voice",
            "CC0-1.0",
        )
        for row in rows
    ]
    return spread([clip for clip in clips if clip.path.is_file()], limit)


def read_ksc(folder: Path, limit: int = 0) -> list[Clip]:
    """Human clips of the Kazakh Speech Corpus: an audio folder beside Transcriptions/. At most `limit` (0: all).

    The corpus names no speaker with each file, so every file counts as a speaker of its own.
    """
    audio = next((folder / name for name in _KSC_AUDIO if (folder / name).is_dir()), None)
    if audio is None:
        raise ValueError(f"{folder}: no folder {' or '.join(_KSC_AUDIO)}")
    clips = [
        Clip(path, HUMAN, HUMAN, "kk", path.stem, "Kazakh Speech Corpus", "CC BY 4.0")
        for path in sorted(audio.rglob("*"))
        if path.suffix.lower() in (".wav", ".flac") and (folder / _KSC_TEXT / f"{path.stem}.txt").is_file()
    ]
    return spread(clips, limit)


def read_any(folder: Path, limit: int = 0) -> list[Clip]:
    """The clips of a folder in any of the three layouts. Raises ValueError when it is none of them."""
    if (folder / "manifest.csv").is_file():
        return read_manifest(folder / "manifest.csv")
    if (folder / "validated.tsv").is_file():
        return read_common_voice(folder, limit)
    if (folder / _KSC_TEXT).is_dir():
        return read_ksc(folder, limit)
    raise ValueError(f"{folder}: neither manifest.csv, nor validated.tsv (Common Voice), nor {_KSC_TEXT}/ (KSC)")


def spread(clips: list[Clip], limit: int) -> list[Clip]:
    """At most `limit` clips, one speaker after the other, so that few talkative ones do not fill the list."""
    if not limit or len(clips) <= limit:
        return clips
    turns: dict[str, int] = {}
    ranked: list[tuple[int, int]] = []
    for index, clip in enumerate(clips):
        turns[clip.speaker] = turns.get(clip.speaker, -1) + 1
        ranked.append((turns[clip.speaker], index))
    return [clips[index] for _, index in sorted(ranked)[:limit]]


def usable(clips: list[Clip]) -> list[Clip]:
    """The clips that the shipped model may learn from.

    Left out: share-alike licences, and every language of UNBALANCED that has fewer than 200 human clips here:
    a model that hears such a language only from machines learns to accuse the people who speak it.
    """
    human: dict[str, int] = {}
    for clip in clips:
        human[clip.language] = human.get(clip.language, 0) + (not clip.synthetic)
    barred = {language for language in UNBALANCED if human.get(language, 0) < 200}
    return [clip for clip in clips if not clip.share_alike and clip.language not in barred]
