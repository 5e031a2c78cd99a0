"""Bands for an installed model: what they promise, whom they spare, and what they refuse to be fitted on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.detector.children import Decoders
from bot.detector.models import fitting
from bot.detector.models.fitting import Heard, fit
from bot.detector.models.listener import bands_of
from bot.detector.models.network import Network
from bot.detector.models.registry import ModelError
from bot.detector.scoring import Model
from bot.detector.training.clips import Clip
from tests.detector import checkpoints, sounds

NAMED = {"name": "tirek-embedded", "version": "x"}


def clip(number: int, synthetic: bool, language: str = "en") -> Clip:
    label = "synthetic" if synthetic else "human"
    generator = f"tts{number % 4}" if synthetic else "human"
    return Clip(Path(f"{label}{number}"), label, generator, language, str(number), f"source{number % 5}", "CC0")


def heard(count: int = 400, seed: int = 0, apart: tuple[float, float] = (1.5, 2.0)) -> Heard:
    """Scores of two models that hear different things: each is right in its own way."""
    rng = np.random.default_rng(seed)
    clips = tuple(clip(n, n % 2 == 1) for n in range(count))
    truth = np.array([c.synthetic for c in clips])
    own, other = (rng.normal(np.where(truth, gap, 0.0), 1.0) for gap in apart)
    return Heard(clips, own, other * 5 - 20)


def test_both_together_are_better_than_one_and_the_bands_keep_their_promise() -> None:
    content = fit(heard(2000), "0" * 64, NAMED, "made up")
    alone, fused = content["alone"]["figures"], content["fused"]["figures"]
    assert fused["auc"] > alone["auc"] + 0.02
    assert fused["caught"] > alone["caught"]
    for figures in (alone, fused):
        assert figures["precision_synthetic"] >= 0.92
        assert figures["false_alarms"] <= 0.02
        assert figures["ece"] < 0.05
    weights = content["fused"]["weights"]
    # The log-likelihood ratio of two normal scores is their gaps times the scores: 1.5·own + 2·other.
    assert weights["embedded"] == pytest.approx(1.5, rel=0.2)
    assert weights["other"] == pytest.approx(2.0 / 5, rel=0.2)


def test_a_model_that_adds_nothing_is_left_out() -> None:
    rng = np.random.default_rng(3)
    found = heard(400, apart=(2.0, 2.0))
    against = Heard(found.clips, -found.embedded, found.other + rng.normal(0, 0.1, 400))
    assert fit(against, "0" * 64, NAMED, "made up")["fused"] is None


def test_nobody_is_marked_in_a_language_with_few_human_recordings() -> None:
    found = heard(800)
    kazakh = tuple(clip(1000 + n, n % 2 == 1, "kk") for n in range(60))
    # Half of them human, and all of them sound as synthetic as most synthetic ones do.
    high = np.full(60, 2.0)
    content = fit(
        Heard(found.clips + kazakh, np.append(found.embedded, high), np.append(found.other, high * 5 - 20)),
        "0" * 64,
        NAMED,
        "made up",
    )
    assert content["clips"] == {"human": 400, "synthetic": 400, "spared": 30}
    part = content["fused"]
    logit = part["weights"]["bias"] + 2.0 * part["weights"]["embedded"] + (2.0 * 5 - 20) * part["weights"]["other"]
    assert part["thresholds"][-1]["synthetic"] > logit
    plain = fit(found, "0" * 64, NAMED, "made up")["fused"]
    assert plain["thresholds"][-1]["synthetic"] < logit


def test_what_cannot_carry_a_calibration_is_refused() -> None:
    found = heard(400)
    with pytest.raises(ModelError, match=r"\(In Kazakh and Russian|are\s+needed"):
        fit(Heard(found.clips[:60], found.embedded[:60], found.other[:60]), "0" * 64, NAMED, "made up")
    with pytest.raises(ModelError, match="--columns human,synthetic"):
        fit(Heard(found.clips, found.embedded, -found.other), "0" * 64, NAMED, "made up")


def test_a_useless_model_earns_no_band() -> None:
    rng = np.random.default_rng(1)
    found = heard(400)
    noise = rng.normal(size=400) + 0.05 * np.array([c.synthetic for c in found.clips])
    content = fit(Heard(found.clips, found.embedded, noise), "0" * 64, NAMED, "made up")
    assert content["alone"]["thresholds"][-1] == {"below_s": None, "synthetic": None, "no_signs": None}


def test_recordings_are_heard_as_a_check_hears_them(tmp_path: Path, decoders: Decoders) -> None:
    """Both scores are those of the run; what is too short, silent, noisy or no recording is left out."""
    embedded, network = Model.load(), Network(checkpoints.loudness(gain=30.0))
    rng = np.random.default_rng(0)
    wave = sounds.speech(5.0)
    files = {
        "good.ogg": sounds.encode(wave),
        "short.ogg": sounds.encode(sounds.speech(1.5)),
        "noisy.ogg": sounds.encode((wave * 0.3 + rng.normal(0, 0.03, len(wave))).astype(np.float32)),
        "text.ogg": b"no recording",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    rows = [Clip(tmp_path / name, "human", "human", "en", name, "s", "") for name in (*files, "missing.ogg")]
    seen: list[int] = []
    found = fitting.listen(rows, decoders, embedded, network, lambda: seen.append(1))
    assert [each.path.name for each in found.clips] == ["good.ogg"]
    assert len(seen) == 5
    samples = decoders.decode(files["good.ogg"]).samples
    activity = fitting.judgeable(samples)
    assert activity is not None
    assert found.embedded[0] == embedded.score(samples, activity.speech).raw
    assert found.other[0] == pytest.approx(np.mean([p.raw for p in network.hear(samples, activity.speech)]))


def test_what_was_fitted_is_what_is_used() -> None:
    model = Model.load()
    content = fit(heard(400), "0" * 64, {"name": model.name, "version": model.version}, "made up")
    bands = bands_of(content, model)
    assert bands is not None
    assert bands.fused
    assert bands.thresholds.synthetic == content["fused"]["thresholds"][-1]["synthetic"]
    content["fused"]["embedded"]["version"] = "another"
    alone = bands_of(content, model)
    assert alone is not None
    assert not alone.fused
    assert bands_of(None, model) is None
