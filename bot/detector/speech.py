"""Spoken words to text in Kazakh, Russian and English, by an openai-whisper checkpoint that lies on this machine.

Nothing is ever downloaded here: without a checkpoint, or without the extra `speech`, spoken words are off and
`SpeechOff` says why. torch is imported and the checkpoint loaded with the first recording, so that a service nobody
speaks to stays small.

Each window of at most 30 s is encoded once; language and words are read from the same features. (whisper's own
`transcribe` encodes twice, takes Kazakh for its neighbours and stops after some 45 Kazakh words.)
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.detector.activity import FRAMES, HOP, Mask, analyse
from bot.detector.audio import Unusable
from bot.detector.children import Decoders

log = logging.getLogger(__name__)

LANGUAGES: Final = ("kk", "ru", "en")
MAX_S: Final = 120.0  # a question or a plan; each 30 s cost as much as a check of ten minutes
DEADLINE_S: Final = 90.0  # no further window is begun after it
MOST_TEXT: Final = 4_000  # characters

_WINDOW: Final = 30 * FRAMES  # what the encoder sees at once
_EARLIEST_CUT: Final = 15 * FRAMES  # a window is at least this long when more follows
_MARGIN: Final = FRAMES // 2  # around speech: quiet consonants are easily missed
_FEWEST: Final = 3 * FRAMES // 10  # frames of speech; in less there is no word
# Kazakh needs five tokens a word; nobody says more than four words a second. It also ends a decoder that babbles.
_TOKENS_A_SECOND: Final = 20
_TOKENS_AT_LEAST: Final = 24
_MOST_TOKENS: Final = 440  # of 448, less the four that begin a text
# whisper's own thresholds for a text that is no text.
_REPETITIVE: Final = 2.4
_UNLIKELY: Final = -1.0
_NO_SPEECH: Final = 0.6
_TEMPERATURES: Final = (0.0, 0.4)


class SpeechOff(Exception):
    """Words cannot be recognised here. The text is one sentence for the operator."""


class NoCheckpoint(SpeechOff):
    """Everything is there but the file."""


class TooSlow(Exception):
    """The recording took longer than `DEADLINE_S` and is not finished."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A file with a model. `name` is what people read, such as whisper-base."""

    name: str
    path: Path
    stamp: tuple[int, int]  # changes with the file


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said. `language` is kk, ru or en, None where no words were heard; `seconds` of the recording."""

    text: str
    language: str | None
    seconds: float
    model: str
    took_ms: int


def find(setting: str, models: Path) -> Checkpoint:
    """The checkpoint that WHISPER_MODEL means. Raises SpeechOff.

    `auto` is the largest file *.pt in `models`, which is also the best: sizes and qualities of whisper's checkpoints
    go together. English-only ones (*.en.pt) are passed over. A size is a file in `models`; anything else is a path.
    """
    if setting.lower() == "off":
        raise SpeechOff("WHISPER_MODEL is off.")
    if any(importlib.util.find_spec(name) is None for name in ("whisper", "torch")):
        raise SpeechOff("The speech extra is not installed. Add it with: make setup SPEECH=1")
    if setting.lower() == "auto":
        pulled = [_checkpoint(path) for path in models.glob("*.pt") if path.is_file()]
        usable = [each for each in pulled if not each.name.endswith(".en")]
        if not usable:
            raise NoCheckpoint(f"There is no whisper checkpoint (*.pt) in {models}.")
        return max(usable, key=lambda each: (each.stamp[1], each.name))
    if not os.path.dirname(setting) and not setting.endswith(".pt"):  # noqa: PTH120 - "./base" is a path, Path forgets it
        size = setting.removeprefix("whisper-")
        for path in (models / f"{size}.pt", models / f"whisper-{size}.pt"):
            if path.is_file():
                return _checkpoint(path)
        raise NoCheckpoint(f"WHISPER_MODEL is {setting}, and there is no {size}.pt in {models}.")
    if not Path(setting).is_file():
        raise SpeechOff(f"WHISPER_MODEL is {setting}, and there is no such file.")
    return _checkpoint(Path(setting))


def _checkpoint(path: Path) -> Checkpoint:
    facts = path.stat()
    return Checkpoint(f"whisper-{path.stem.removeprefix('whisper-')}", path, (facts.st_mtime_ns, facts.st_size))


class Speech:
    """Recognises words, one recording at a time.

    The setting is looked at for every recording: a checkpoint that is put into the folder is used from then on.
    """

    def __init__(self, setting: str, models: Path) -> None:
        self._setting = setting
        self._models = models
        self._loaded: tuple[Checkpoint, Any] | None = None
        self._broken: dict[Checkpoint, str] = {}

    def checkpoint(self) -> Checkpoint:
        """What would be used now. Cheap. Raises SpeechOff."""
        found = find(self._setting, self._models)
        if found in self._broken:
            raise SpeechOff(self._broken[found])
        return found

    def info(self) -> dict[str, Any]:
        """Whether it is on, and by which model or why not."""
        try:
            return {"on": True, "model": self.checkpoint().name, "max_seconds": MAX_S}
        except SpeechOff as off:
            return {"on": False, "reason": str(off)}

    def hear(self, data: bytes, decoders: Decoders) -> Heard:
        """The words in a recording of any kind. Blocks. Raises Unusable, CannotDecode, SpeechOff, TooSlow."""
        started = time.perf_counter()
        checkpoint = self.checkpoint()
        samples = decoders.decode(data).samples
        seconds = len(samples) / (HOP * FRAMES)
        if seconds > MAX_S + 0.5:
            raise Unusable("too_long")
        pieces = windows(analyse(samples).speech)
        text, language = "", None
        if pieces:
            model = self._model(checkpoint)
            text, language = _read(model, [samples[a * HOP : b * HOP] for a, b in pieces], started + DEADLINE_S)
        took = round((time.perf_counter() - started) * 1000)
        return Heard(text, language, round(seconds, 2), checkpoint.name, took)

    def _model(self, checkpoint: Checkpoint) -> Any:
        """The loaded model. Raises SpeechOff for a file that is none."""
        if self._loaded is not None and self._loaded[0] == checkpoint:
            return self._loaded[1]
        self._loaded = None  # two models at a time may not fit
        try:
            model = _load(checkpoint.path)
        except Exception as error:  # whatever a damaged file makes torch raise
            log.warning("the checkpoint %s cannot be loaded: %s", checkpoint.name, type(error).__name__)
            self._broken[checkpoint] = f"{checkpoint.path.name} is no whisper checkpoint, or it is damaged."
        else:
            if model.is_multilingual:
                self._loaded = checkpoint, model
                return model
            self._broken[checkpoint] = f"{checkpoint.path.name} knows English only: take one without .en in its name."
        raise SpeechOff(self._broken[checkpoint])


def windows(speech: Mask) -> list[tuple[int, int]]:
    """Where to look for words: (from, to) in frames, in order and apart, each at most 30 s long.

    Longer recordings are cut in the middle of the longest pause of a window's second half, so that no word is cut
    unless somebody speaks for 15 s without a breath. Every frame of speech is in one of them.
    """
    spoken = np.flatnonzero(speech)
    if len(spoken) < _FEWEST:
        return []
    found: list[tuple[int, int]] = []
    end = min(len(speech), int(spoken[-1]) + 1 + _MARGIN)
    at = 0
    while len(left := spoken[spoken >= at]):
        start = max(at, int(left[0]) - _MARGIN)
        at = end if end - start <= _WINDOW else start + _cut(speech[start : start + _WINDOW])
        found.append((start, at))
    return found


def _cut(speech: Mask) -> int:
    """Where to end a window whose recording goes on."""
    best, length, run = len(speech), 0, 0
    for frame in range(_EARLIEST_CUT, len(speech)):
        run = 0 if speech[frame] else run + 1
        if run and run >= length:  # the latest of equals: fewer windows
            best, length = frame + 1 - run // 2, run
    return best


def _load(path: Path) -> Any:
    """A checkpoint by the real `whisper.load_model`, which reads tensors only and runs no code of the file's."""
    # Threads that wait for each other must sleep: on a busy machine spinning costs two to three times the time.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")
    torch: Any = importlib.import_module("torch")
    whisper: Any = importlib.import_module("whisper")
    torch.set_num_threads(max(1, min(8, (os.cpu_count() or 1) // 2)))
    # Absolute: a name that whisper knows would be downloaded.
    return whisper.load_model(str(path.absolute()), device="cpu")


def _read(model: Any, pieces: list[NDArray[np.float32]], until: float) -> tuple[str, str | None]:
    """Text and language of windows. The first one's language is everybody's. Raises TooSlow."""
    torch: Any = importlib.import_module("torch")
    whisper: Any = importlib.import_module("whisper")
    texts = []
    language: str | None = None
    with torch.inference_mode():
        for number, piece in enumerate(pieces):
            if number and time.perf_counter() > until:
                raise TooSlow
            mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(piece), model.dims.n_mels)
            features = model.embed_audio(mel[None])
            if language is None:
                _, (odds,) = whisper.detect_language(model, features)
                language = max(LANGUAGES, key=lambda code: float(odds.get(code, 0.0)))
            texts.append(_words(whisper, model, features, language, len(piece) / (HOP * FRAMES)))
    text = _tidy(" ".join(texts))
    return text, language if text else None


def _words(whisper: Any, model: Any, features: Any, language: str, seconds: float) -> str:
    """The words of one window, "" where what comes out is no text."""
    most = min(_MOST_TOKENS, model.dims.n_text_ctx - 8, _TOKENS_AT_LEAST + round(_TOKENS_A_SECOND * seconds))
    unwanted = _unwanted(model.num_languages)
    for temperature in _TEMPERATURES:
        options = whisper.DecodingOptions(
            language=language,
            temperature=temperature,
            sample_len=most,
            suppress_tokens=unwanted,
            without_timestamps=True,
            fp16=False,
        )
        (result,) = whisper.decode(model, features, options)
        if result.compression_ratio <= _REPETITIVE and result.avg_logprob >= _UNLIKELY:
            return "" if result.no_speech_prob > _NO_SPEECH else str(result.text)
    return ""


@cache
def _unwanted(languages: int) -> list[int]:
    """Tokens that are never spoken: whisper's own list, but for the colon, without which nobody could say 19:00."""
    tokenizer: Any = importlib.import_module("whisper.tokenizer").get_tokenizer(True, num_languages=languages)
    colons = {tokenizer.encode(text)[0] for text in (":", " :")}
    return [token for token in tokenizer.non_speech_tokens if token not in colons]


def _tidy(text: str) -> str:
    """One line of printable text."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:MOST_TEXT]
