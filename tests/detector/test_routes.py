"""What the service does with a recording besides checking it: fingerprints, pieces, another opinion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from bot.detector.checks import Checker
from bot.detector.children import Decoders
from bot.detector.fingerprint import fingerprint
from bot.detector.models import store
from bot.detector.opinions import Others
from bot.detector.scoring import Model
from bot.detector.server import create_app
from bot.voice.likeness import difference

from .checkpoints import loudness
from .sounds import RATE, encode, speech, tone

WAVE = np.concatenate([speech(20.0), tone(1000, 10.0), speech(10.0, seed=3)])
VOICE = encode(WAVE)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two installed models, one of them calibrated."""
    folder = tmp_path_factory.mktemp("models")
    for name in ("other", "mute"):
        file = folder / f"{name}.onnx"
        file.write_bytes(loudness())
        model = store.install(folder, file, name)
        if name == "other":
            alone = {
                "weights": {"bias": 0.0, "embedded": 0.0, "other": 1.0},
                "thresholds": [{"below_s": None, "synthetic": 3.0, "no_signs": None}],
            }
            store.save_calibration(model, {"alone": alone, "sha256": ""})
    return folder


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[TestClient]:
    used = Model.load()
    app = create_app(Checker(used, Decoders(1)), api_key="k", workers=1, others=Others(used, root))
    with TestClient(app, headers={"X-API-Key": "k"}) as client:
        yield client


def test_a_fingerprint_is_that_of_the_check(client: TestClient) -> None:
    told = client.post("/v1/fingerprints", content=VOICE).json()
    assert told["seconds"] == pytest.approx(40, abs=0.1)
    assert told["fingerprint"] == client.post("/v1/checks", content=VOICE).json()["fingerprint"]
    found = difference(told["fingerprint"], fingerprint(WAVE))
    assert found is not None
    assert found[0] < 0.2


def test_a_piece_is_what_was_there(client: TestClient) -> None:
    for start_s, end_s in ((20.0, 30.0), (35.0, 45.0)):
        answer = client.post(f"/v1/cuts?start_s={start_s}&end_s={end_s}", content=VOICE)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/ogg")
        with Decoders(1) as decoders:
            heard = decoders.decode(answer.content)
        assert heard.facts.codec in ("opus", "libopus")
        assert len(heard.samples) / RATE == pytest.approx(10, abs=0.1)
        spectrum = np.abs(np.fft.rfft(heard.samples[RATE : 9 * RATE]))
        is_tone = spectrum[7_900:8_100].sum() > 0.3 * spectrum.sum()
        assert is_tone == (start_s == 20.0), "beyond the end, the last ten seconds"


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/v1/cuts?start_s=5&end_s=5", 422, "malformed"),
        ("/v1/cuts?start_s=0&end_s=31", 422, "malformed"),
        ("/v1/cuts?start_s=-1&end_s=5", 422, "malformed"),
        ("/v1/cuts?start_s=nan&end_s=5", 422, "malformed"),
        ("/v1/cuts", 422, "malformed"),
        ("/v1/opinions?detector=nobody", 404, "no_such_detector"),
        ("/v1/opinions?detector=../other", 404, "no_such_detector"),
        ("/v1/opinions?detector=mute", 404, "no_such_detector"),
        ("/v1/opinions?detector=embedded", 404, "no_such_detector"),
    ],
)
def test_what_is_not_there_is_a_problem(client: TestClient, path: str, status: int, reason: str) -> None:
    answer = client.post(path, content=VOICE)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


@pytest.mark.parametrize("path", ["/v1/fingerprints", "/v1/cuts?start_s=0&end_s=5", "/v1/opinions?detector=other"])
def test_limits_and_the_key_are_those_of_a_check(client: TestClient, path: str) -> None:
    for body, status, reason in (
        (b"hello", 415, "not_audio"),
        (b"", 422, "empty"),
        (bytes(21 * 2**20), 413, "too_large"),
    ):
        answer = client.post(path, content=body)
        assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert client.post(path, content=VOICE, headers={"X-API-Key": ""}).status_code == 401


def test_another_detector_answers_under_its_own_name(client: TestClient) -> None:
    assert client.get("/v1/info").json()["others"] == ["other"], "without a calibration nothing speaks in bands"
    told = client.post("/v1/opinions?detector=other", content=encode(speech(8.0))).json()
    assert told["model"].startswith("other ")
    assert told["band"] in ("synthetic", "unsure")


def test_beside_an_installed_detector_the_embedded_one_is_the_other(root: Path) -> None:
    used = store.listener("other", root)
    others = Others(used, root)
    assert others.names() == ("embedded",)
    assert others.get("embedded").name == Model.load().name
