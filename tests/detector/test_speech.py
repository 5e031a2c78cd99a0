"""Spoken words: which checkpoint is used, where a recording is cut, what is heard, and the service over HTTP.

What needs whisper runs the real one on scripted checkpoints made on the spot.
"""

from __future__ import annotations

import importlib
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from bot.detector import speech as spoken
from bot.detector.audio import Unusable
from bot.detector.checks import Checker
from bot.detector.children import Decoders
from bot.detector.server import create_app
from bot.detector.speech import Speech, SpeechOff, TooSlow, find, windows
from tests.detector.scripted import heard, say, skip_without_whisper
from tests.detector.sounds import encode, noise, speech
from tests.detector.test_server import assert_problem

KK = "Авторлық құқықты тіркеу міндетті ме?"
NOTE = encode(speech(5))


@pytest.fixture
def whisper(request: pytest.FixtureRequest) -> Any:
    skip_without_whisper(request)
    return importlib.import_module("whisper")


@pytest.fixture(scope="module")
def kazakh(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint that hears one Kazakh sentence."""
    skip_without_whisper(request)
    return say(tmp_path_factory.mktemp("whisper") / "kazakh.pt", KK, "kk")


# --- Which checkpoint -------------------------------------------------------------------------------------------------


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the extra were installed."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("files", "setting", "name"),
    [
        ({"base.pt": 2, "tiny.pt": 1}, "auto", "whisper-base"),
        ({"base.pt": 2, "tiny.pt": 1}, "AUTO", "whisper-base"),
        ({"large-v2.pt": 3, "large-v3.pt": 3, "base.pt": 2}, "auto", "whisper-large-v3"),
        ({"small.en.pt": 9, "base.pt": 2}, "auto", "whisper-base"),
        ({"whisper-base.kk.pt": 2, "notes.txt": 9}, "auto", "whisper-base.kk"),
        ({"base.pt": 2, "tiny.pt": 1}, "tiny", "whisper-tiny"),
        ({"base.pt": 2, "whisper-tiny.pt": 1}, "whisper-tiny", "whisper-tiny"),
        ({"base.pt": 2, "mine.pt": 1}, "{models}/mine.pt", "whisper-mine"),
    ],
    ids=[
        "the largest", "in any case", "the newest of equals", "none that knows English only", "one's own", "a size",
        "a size with its prefix", "a path",
    ],
)  # fmt: skip
def test_a_checkpoint_that_is_there_is_found(tmp_path: Path, files: dict[str, int], setting: str, name: str) -> None:
    for file, size in files.items():
        (tmp_path / file).write_bytes(bytes(size))
    assert find(setting.format(models=tmp_path), tmp_path).name == name


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("off", "WHISPER_MODEL is off"),
        ("auto", "no whisper checkpoint"),
        ("base", "no base.pt"),
        ("whisper-base", "no base.pt"),
        ("elsewhere/base.pt", "no such file"),
        ("./base", "no such file"),
    ],
)
def test_without_a_checkpoint_one_sentence_says_why(tmp_path: Path, setting: str, words: str) -> None:
    with pytest.raises(SpeechOff, match=words) as off:
        find(setting, tmp_path / "models")
    assert str(off.value).endswith(".")


def test_without_the_extra_the_reason_says_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    (tmp_path / "base.pt").write_bytes(b"x")
    assert Speech("auto", tmp_path).info() == {
        "on": False,
        "reason": "The speech extra is not installed. Add it with: make setup SPEECH=1",
    }


# --- Where to cut -----------------------------------------------------------------------------------------------------


@st.composite
def masks(draw: st.DrawFn) -> spoken.Mask:
    """Up to two minutes of speech and pauses."""
    runs = draw(st.lists(st.tuples(st.integers(1, 4000), st.integers(0, 400)), max_size=6))
    parts = [np.array([True] * said + [False] * pause, dtype=np.bool_) for said, pause in runs]
    return np.concatenate([np.zeros(draw(st.integers(0, 300)), dtype=np.bool_), *parts])


@given(masks())
def test_windows_hold_all_speech_in_order_and_none_is_too_long(mask: spoken.Mask) -> None:
    found = windows(mask)
    if mask.sum() < 30:
        assert found == []
        return
    covered = np.zeros(len(mask), dtype=np.int64)
    for start, end in found:
        assert 0 <= start < end <= len(mask)
        assert end - start <= 3000
        covered[start:end] += 1
    assert covered.max() == 1
    assert covered[mask].all()
    assert found == sorted(found)


def test_a_long_recording_is_cut_in_its_longest_pause() -> None:
    mask = np.ones(5000, dtype=np.bool_)
    mask[1800:1820] = mask[2000:2100] = mask[2500:2530] = False
    assert windows(mask) == [(0, 2050), (2050, 5000)]


# --- What is heard ----------------------------------------------------------------------------------------------------


@pytest.mark.speech
@pytest.mark.usefixtures("whisper")
@pytest.mark.parametrize(
    ("language", "text"),
    [("kk", KK), ("ru", "Каждый вторник в 19:00"), ("en", "Can I use ten seconds of a song?")],
)
def test_words_come_back_in_their_language(tmp_path: Path, decoders: Decoders, language: str, text: str) -> None:
    found = heard(say(tmp_path / "some.pt", text, language)).hear(NOTE, decoders)
    assert (found.text, found.language, found.model) == (text, language, "whisper-some")
    assert found.seconds == pytest.approx(5, abs=0.1)


@pytest.mark.speech
def test_our_reading_agrees_with_whispers_own(whisper: Any, kazakh: Path) -> None:
    own = whisper.transcribe(whisper.load_model(str(kazakh)), speech(5), fp16=False)
    assert (own["text"].strip(), own["language"]) == (KK, "kk")


@pytest.mark.speech
@pytest.mark.usefixtures("whisper")
def test_kazakh_is_not_taken_for_its_neighbours(tmp_path: Path, decoders: Decoders) -> None:
    likely_turkish = say(tmp_path / "near.pt", KK, "tr", second="kk")
    assert heard(likely_turkish).hear(NOTE, decoders).language == "kk"


@pytest.mark.speech
@pytest.mark.usefixtures("whisper")
def test_each_window_is_encoded_once(kazakh: Path, decoders: Decoders) -> None:
    listener = heard(kazakh)
    model = listener._model(listener.checkpoint())
    seen: list[int] = []
    model.encoder.register_forward_hook(lambda *_: seen.append(1))
    assert listener.hear(encode(speech(70)), decoders).text == " ".join([KK] * 3)
    assert len(seen) == 3


@pytest.mark.speech
def test_long_kazakh_is_not_cut_at_whispers_224_tokens(whisper: Any, tmp_path: Path, decoders: Decoders) -> None:
    tokenizer = importlib.import_module("whisper.tokenizer").get_tokenizer(True, num_languages=99)
    card = Path(spoken.__file__).parents[1] / "answers" / "cards" / "copyright-arises-automatically.toml"
    full = tomllib.loads(card.read_text(encoding="utf-8"))["kk"]["full"]
    words = re.findall(r"\w+", full[full.index("авторлық") :])  # whisper begins with no lone space and says no brackets
    count = next(n for n in range(20, 200) if len(tokenizer.encode(" " + " ".join(words[:n]))) > 260)
    text = " ".join(words[:count])
    listener = heard(say(tmp_path / "long.pt", text, "kk", width=256))
    assert listener.hear(encode(speech(28)), decoders).text == text


@pytest.mark.speech
@pytest.mark.usefixtures("whisper")
def test_a_decoder_in_a_loop_is_not_quoted(tmp_path: Path, decoders: Decoders) -> None:
    found = heard(say(tmp_path / "loop.pt", " ".join(["да"] * 60), "ru")).hear(NOTE, decoders)
    assert (found.text, found.language) == ("", None)


@pytest.mark.speech
@pytest.mark.usefixtures("whisper")
@pytest.mark.parametrize("sound", [np.zeros(80_000, dtype=np.float32), noise(5, 0.02)], ids=["silence", "noise"])
def test_without_speech_nothing_is_heard_and_nothing_loaded(
    kazakh: Path, decoders: Decoders, sound: spoken.NDArray[np.float32]
) -> None:
    listener = heard(kazakh)
    found = listener.hear(encode(sound), decoders)
    assert (found.text, found.language) == ("", None)
    assert listener._loaded is None


@pytest.mark.speech
@pytest.mark.usefixtures("whisper")
@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"OggS" + bytes(500), "corrupt"), (b"hello" * 99, "not_audio"), (encode(speech(124)), "too_long")],
    ids=["damaged", "no audio", "too long"],
)
def test_hostile_recordings_are_refused(kazakh: Path, decoders: Decoders, data: bytes, reason: str) -> None:
    with pytest.raises(Unusable) as unusable:
        heard(kazakh).hear(data, decoders)
    assert unusable.value.reason == reason


@pytest.mark.speech
@pytest.mark.usefixtures("whisper")
def test_no_window_is_begun_after_the_deadline(
    kazakh: Path, decoders: Decoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoken, "DEADLINE_S", 0.0)
    assert heard(kazakh).hear(NOTE, decoders).text == KK
    with pytest.raises(TooSlow):
        heard(kazakh).hear(encode(speech(40)), decoders)


@pytest.mark.speech
@pytest.mark.usefixtures("whisper")
def test_a_damaged_checkpoint_turns_words_off_until_it_is_replaced(
    kazakh: Path, tmp_path: Path, decoders: Decoders
) -> None:
    broken = tmp_path / "base.pt"
    broken.write_bytes(kazakh.read_bytes()[:100_000])
    listener = Speech("auto", tmp_path)
    assert listener.info()["on"]
    with pytest.raises(SpeechOff, match="damaged"):
        listener.hear(NOTE, decoders)
    assert listener.info() == {"on": False, "reason": "base.pt is no whisper checkpoint, or it is damaged."}
    broken.write_bytes(kazakh.read_bytes())
    os.utime(broken, (1, 1))
    assert listener.hear(NOTE, decoders).text == KK


# --- The service ------------------------------------------------------------------------------------------------------


def test_where_words_are_off_the_service_says_why(checker: Checker) -> None:
    client = TestClient(create_app(checker, speech=Speech("off", Path("models"))))
    refused = client.post("/v1/transcripts", content=NOTE)
    assert_problem(refused, 501, "speech_off")
    assert refused.json()["detail"] == "WHISPER_MODEL is off."
    assert client.get("/v1/info").json()["speech"] == {"on": False, "reason": "WHISPER_MODEL is off."}


@pytest.mark.speech
@pytest.mark.parametrize("form", [{"content": NOTE}, {"files": {"file": ("note.ogg", NOTE)}}], ids=["body", "form"])
def test_a_transcript_over_http(checker: Checker, kazakh: Path, form: dict[str, Any]) -> None:
    client = TestClient(create_app(checker, speech=heard(kazakh)))
    answer = client.post("/v1/transcripts", **form)
    assert answer.status_code == 200
    body = answer.json()
    assert isinstance(body.pop("took_ms"), int)
    assert body == {"text": KK, "language": "kk", "seconds": pytest.approx(5, abs=0.1), "model": "whisper-kazakh"}
    assert client.get("/v1/info").json()["speech"] == {"on": True, "model": "whisper-kazakh", "max_seconds": 120.0}


@pytest.mark.speech
@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (b"hello" * 99, 415, "not_audio"),
        (b"", 422, "empty"),
        (b"OggS" + bytes(500), 422, "corrupt"),
        (bytes(21 * 2**20), 413, "too_large"),
        (encode(speech(124)), 413, "too_much_speech"),
    ],
    ids=["no audio", "nothing", "damaged", "too large", "too long"],
)
def test_problems_of_transcripts_have_a_reason(
    checker: Checker, kazakh: Path, data: bytes, status: int, reason: str
) -> None:
    client = TestClient(create_app(checker, speech=heard(kazakh)))
    assert_problem(client.post("/v1/transcripts", content=data), status, reason)


@pytest.mark.speech
def test_transcripts_need_the_key_too(checker: Checker, kazakh: Path) -> None:
    client = TestClient(create_app(checker, api_key="key-1", speech=heard(kazakh)))
    assert_problem(client.post("/v1/transcripts", content=NOTE), 401, "key")
