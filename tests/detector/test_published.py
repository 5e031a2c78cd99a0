"""The published checkpoints themselves, where their files and the recordings are at hand."""

from __future__ import annotations

import csv
import json
import os
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from bot.detector.models import aasist, registry, statedict, store
from bot.detector.models.network import Network
from bot.detector.scoring import Model
from bot.detector.training import codecs, metrics
from tests.detector.sounds import CLIPS

BEST = CLIPS / "models" / "asvspoof5_aasist.pth"
here = pytest.mark.skipif(not BEST.exists(), reason="the published checkpoints are not here")

# AUC and EER on the 535 recordings of the split `dev`, measured with another implementation.
MEASURED = {
    "asvspoof5_aasist": (0.823, 0.235),
    "aasist_2019_la": (0.655, 0.376),
    "aasist_l_2019_la": (0.647, 0.413),
}


def clips(**wanted: str) -> list[dict[str, str]]:
    with (CLIPS / "manifest.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if all(row[key] == value for key, value in wanted.items())]


def wave(row: dict[str, str]) -> np.ndarray:
    return aasist.fit_length(codecs.decode(CLIPS / row["path"]))


def test_the_shipped_calibration_is_for_this_embedded_model_and_earned_its_band() -> None:
    """A new embedded model needs a new calibration beside it: `--beside` makes it."""
    embedded = Model.load()
    folder = resources.files("bot.detector.models") / "calibrations"
    names = [each.name.removesuffix(".json") for each in folder.iterdir()]
    assert names == ["aasist-asvspoof5"]
    for name in names:
        content = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        assert content["sha256"] == registry.rows()[name].sha256
        assert content["fused"]["embedded"] == {"name": embedded.name, "version": embedded.version}
        figures = content["fused"]["figures"]
        assert figures["precision_synthetic"] >= 0.92
        assert figures["false_alarms"] <= 0.02
        assert figures["caught"] > embedded.info()["figures"]["caught"]


@here
def test_a_published_file_is_known_by_its_checksum_and_speaks_with_the_embedded_model(tmp_path: Path) -> None:
    row = registry.pinned(store.sha256(BEST))
    assert row is not None
    store.install(tmp_path, BEST, row.id)
    listener = store.listener("auto", tmp_path)
    assert listener.name == "tirek-embedded+aasist-asvspoof5"
    assert listener.info()["earned"] == {"synthetic": True, "no_signs": False}
    found = {}
    for generator in ("human", "FastSpeech2-ming024"):
        samples = [codecs.decode(CLIPS / each["path"]) for each in clips(generator=generator, language="en")[:3]]
        judged = [listener.judge(each, np.ones(len(each) // 160, dtype=np.bool_), 4.0, 40.0) for each in samples]
        found[generator] = [each.scored.logit for each in judged]
    assert np.mean(found["FastSpeech2-ming024"]) > np.mean(found["human"]) + 2


@here
@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif("PARITY" not in os.environ, reason="takes ten minutes: PARITY=1 pytest tests/detector")
@pytest.mark.parametrize("name", list(MEASURED))
def test_a_published_file_ranks_as_it_does_elsewhere(name: str) -> None:
    network = Network(aasist.build(statedict.read(CLIPS / "models" / f"{name}.pth")), threads=2)
    rows = clips(split="dev")
    scores = np.array([network.raw(wave(row)) for row in rows])
    synthetic = np.array([row["label"] == "synthetic" for row in rows])
    assert (metrics.auc(scores, synthetic), metrics.eer(scores, synthetic)) == pytest.approx(MEASURED[name], abs=0.01)
