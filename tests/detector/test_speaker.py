"""The voice encoder: its front end and network against other ways to compute them, its wheel, and its place in the
service."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from numpy.typing import NDArray

from bot.detector import speaker
from bot.detector.checks import Checker
from bot.detector.children import Decoders
from bot.detector.models import convert, oldpickle, registry, store
from bot.detector.models.registry import ModelError
from bot.detector.models.statedict import BadCheckpoint
from bot.detector.scoring import Model
from bot.detector.server import create_app
from bot.detector.speaker import SHAPES, BadWeights, Encoder

from . import sounds

NAME = "speaker-resemblyzer"
Weights = dict[str, NDArray[Any]]


@pytest.fixture(scope="module")
def weights() -> Weights:
    rng = np.random.default_rng(0)
    return {name: rng.normal(0, 0.06, shape).astype("<f4") for name, shape in SHAPES.items()}


def checkpoint(weights: Weights, **more: Any) -> bytes:
    """What the encoder's authors saved: PyTorch's first format, the optimizer's state beside the model's."""
    state = {name: torch.from_numpy(value) for name, value in weights.items()}
    state |= {"similarity_weight": torch.ones(1), "similarity_bias": torch.zeros(1)}
    out = io.BytesIO()
    whole = {"step": 7, "model_state": state, "optimizer_state": {"state": {0: {"step": 7}}, "groups": [{"lr": 0.1}]}}
    torch.save(whole | more, out, _use_new_zipfile_serialization=False)
    return out.getvalue()


def wheel(path: Path, data: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("resemblyzer/__init__.py", "raise SystemExit('nothing in it is run')")
        archive.writestr("resemblyzer/pretrained.pt", data)
    return path


# --- what it computes ------------------------------------------------------------------------------------------------


def test_the_network_computes_what_pytorch_computes(weights: Weights) -> None:
    lstm = torch.nn.LSTM(speaker.BANDS, speaker.SIZE, speaker.LAYERS, batch_first=True)
    lstm.load_state_dict({k.removeprefix("lstm."): torch.from_numpy(v) for k, v in weights.items() if "lstm" in k})
    mels = np.random.default_rng(1).exponential(2.0, (3, 160, speaker.BANDS)).astype(np.float32)
    with torch.no_grad():
        last = lstm(torch.from_numpy(mels))[1][0][-1]
        linear = torch.from_numpy(weights["linear.weight"]), torch.from_numpy(weights["linear.bias"])
        wanted = torch.nn.functional.normalize(torch.relu(torch.nn.functional.linear(last, *linear)), dim=1)
    assert Encoder(weights).pieces(mels) == pytest.approx(wanted.numpy(), abs=1e-5)


def test_the_front_end_is_mel_power_of_a_centred_transform() -> None:
    wave = sounds.speech(1.0)
    window = torch.hann_window(400)
    spectrum = torch.stft(torch.from_numpy(wave), 400, 160, window=window, pad_mode="constant", return_complex=True)
    wanted = (spectrum.abs() ** 2).numpy().T @ speaker.mel_filters()
    assert speaker.mel_power(wave) == pytest.approx(wanted, rel=1e-3, abs=1e-5)
    loudest = [int(speaker.mel_power(sounds.tone(hertz, 1.0)).mean(axis=0).argmax()) for hertz in (200, 1000, 4000)]
    # The bands are 74 Hz apart at the bottom of the scale, 14 of them below 1 kHz, and wider and wider above.
    assert loudest == sorted(loudest)
    assert loudest[0] < 4 < 11 < loudest[1] < 16 < 27 < loudest[2] < 35
    area = speaker.mel_filters().sum(axis=0) * (speaker.RATE / 400)
    assert area == pytest.approx(np.ones(speaker.BANDS), rel=0.15), "each band has the same area"


@pytest.mark.parametrize(
    ("seconds", "starts"),
    [(0.3, [0]), (1.6, [0]), (2.0, [0, 77]), (2.4, [0, 77]), (4.0, [0, 77, 154, 231]), (4.4, [0, 77, 154, 231, 308])],
)
def test_pieces_cover_the_speech(seconds: float, starts: list[int]) -> None:
    found = speaker.piece_starts(int(seconds * speaker.RATE))
    assert found == starts
    end = (found[-1] + 160) / 100
    assert end >= seconds - 0.8
    assert len(found) == 1 or seconds - found[-1] / 100 >= 0.75 * 1.6


def test_a_voice_has_length_one_whatever_its_level_and_silence_is_none(weights: Weights) -> None:
    encoder = Encoder(weights)
    wave = sounds.speech(4.0)
    speech = np.ones(len(wave) // 160, dtype=np.bool_)
    loud, quiet = encoder.embed(wave * 0.05, speech), encoder.embed(wave * 0.005, speech)
    assert float(np.linalg.norm(loud)) == pytest.approx(1.0, abs=1e-5)
    assert loud.min() >= 0
    assert speaker.likeness(loud, quiet) == pytest.approx(1.0, abs=1e-3), "both are raised to the same level"
    with pytest.raises(ValueError, match="no speech"):
        encoder.embed(wave, np.zeros_like(speech))
    long = np.tile(wave, 30)
    assert len(speaker.spoken(long, np.ones(len(long) // 160, dtype=np.bool_))) == 60 * speaker.RATE


# --- where it comes from ----------------------------------------------------------------------------------------------


def test_the_wheel_is_installed_and_nothing_in_it_is_run(tmp_path: Path, weights: Weights) -> None:
    root = tmp_path / "models"
    file = wheel(tmp_path / "Resemblyzer-0.1.4-py3-none-any.whl", checkpoint(weights))
    assert store.encoder(root) is None
    model = store.install(root, file, "own-voices")
    assert sorted(each.name for each in model.folder.iterdir()) == ["model.json", "voice.npz"]
    assert store.verify(model) == []
    found = store.encoder(root)
    assert found is not None
    assert found[1] == f"own-voices {model.facts.version}"
    mels = np.ones((1, 160, 40), np.float32)
    assert found[0].pieces(mels) == pytest.approx(Encoder(weights).pieces(mels))
    assert store.judging(root) == {}, "it judges nothing"
    assert store.listener("auto", root).name == Model.load().name
    for what in (lambda: store.choose(root, "own-voices"), lambda: store.listener("own-voices", root)):
        with pytest.raises(ModelError, match="compares voices and judges none"):
            what()
    (model.folder / convert.VOICE).write_bytes(b"PK\x03\x04 broken")
    assert store.verify(model) == ["voice.npz has changed since it was installed."]
    with pytest.raises(ModelError, match="damaged"):
        store.encoder(root)
    store.remove(root, "own-voices")
    assert store.encoder(root) is None


def test_the_published_wheel_has_a_name_and_a_checksum(tmp_path: Path, weights: Weights) -> None:
    row = registry.rows()[NAME]
    assert row.free
    assert row.bytes == 15_747_704
    with pytest.raises(ModelError, match="not the published file"):
        store.install(tmp_path / "models", wheel(tmp_path / row.file_name, checkpoint(weights)), NAME)


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("owned"),))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (lambda w: b"", "cannot be read"),
        (lambda w: b"hello", "cannot be read"),
        (lambda w: checkpoint(w)[:-1000], "not as many as it says"),
        (lambda w: checkpoint(w, other=Evil()), "holds more than tensors"),
        (lambda w: checkpoint(w, model_state={"a": 1}), "something else than named tensors"),
        (lambda w: checkpoint(w, model_state=3), "cannot be read"),
    ],
)
def test_what_is_no_such_checkpoint_is_refused(
    data: Any, says: str, weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadCheckpoint, match=says):
        oldpickle.read(data(weights), "model_state")
    root = tmp_path / "models"
    with pytest.raises(ModelError, match="cannot be used"):
        store.install(root, wheel(tmp_path / "x.whl", data(weights)), "own")
    assert list(root.iterdir()) == []
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.pop("linear.bias"),
        lambda w: w.update(other=np.zeros(2, "<f4")),
        lambda w: w.update({"linear.bias": np.zeros(3, "<f4")}),
        lambda w: w.update({"linear.bias": np.full(256, np.nan, "<f4")}),
    ],
)
def test_other_weights_are_refused(change: Any, weights: Weights) -> None:
    other = dict(weights)
    change(other)
    with pytest.raises(BadWeights):
        Encoder(other)


def test_a_wheel_without_weights_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.whl", "w") as archive:
        archive.writestr("x/__init__.py", "")
    with pytest.raises(ModelError, match="has no resemblyzer/pretrained"):
        store.install(tmp_path / "models", tmp_path / "x.whl", "own")


# --- in the service ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, weights: Weights) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("voices")
    store.install(folder / "models", wheel(folder / "x.whl", checkpoint(weights)), "own-voices")
    app = create_app(Checker(Model.load(), Decoders(1)), workers=1, api_key="key", models=folder / "models")
    with TestClient(app, headers={"X-API-Key": "key"}) as client:
        yield client


def test_the_service_makes_a_voice_of_a_recording(client: TestClient) -> None:
    told = client.get("/v1/voices").json()
    assert told["on"] is True
    assert told["model"].startswith("own-voices ")
    assert 0 < told["unlike"] < told["like"] < 1
    note = sounds.encode(sounds.speech(4.0))
    found = client.post("/v1/voices", content=note).json()
    again = client.post("/v1/voices", files={"file": ("note.ogg", note)}).json()
    assert found["embedding"] == again["embedding"]
    assert len(found["embedding"]) == 256
    assert float(np.linalg.norm(found["embedding"])) == pytest.approx(1.0, abs=1e-2)
    assert found["model"] == told["model"]
    assert 3 < found["seconds"] < 5


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (b"", 422, "empty"),
        (b"hello", 415, "not_audio"),
        (sounds.encode(sounds.speech(1.0)), 422, "too_short"),
        (sounds.encode(np.zeros(64_000, np.float32)), 422, "no_speech"),
        (sounds.encode(sounds.music(6.0)), 422, "music"),
        (bytes(21 * 2**20), 413, "too_large"),
    ],
)
def test_what_tells_no_voice_says_why(client: TestClient, data: bytes, status: int, reason: str) -> None:
    response = client.post("/v1/voices", content=data)
    assert (response.status_code, response.json()["reason"]) == (status, reason)
    assert response.headers["content-type"] == "application/problem+json"


def test_voices_need_the_key_and_an_encoder(client: TestClient) -> None:
    for method in ("GET", "POST"):
        assert client.request(method, "/v1/voices", headers={"X-API-Key": "wrong"}).status_code == 401
    with TestClient(create_app(Checker(Model.load(), Decoders(1)), workers=1)) as without:
        assert without.get("/v1/voices").json()["on"] is False
        response = without.post("/v1/voices", content=b"note")
        assert (response.status_code, response.json()["reason"]) == (501, "voices_off")
