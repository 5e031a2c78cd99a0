"""Training: a real small run on made sounds, from files to an ONNX model that the product loads."""

from __future__ import annotations

import csv
import json
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="NO TORCH: training is not tested. Run: make test SPEECH=1")
pytest.importorskip("onnx", reason="NO TORCH: training is not tested. Run: make test SPEECH=1")

from bot.detector.features import BANDS, RATE  # noqa: E402
from bot.detector.models.registry import ModelError  # noqa: E402
from bot.detector.scoring import Model  # noqa: E402
from bot.detector.training import (  # noqa: E402
    augment,
    calibrate,
    clips,
    codecs,
    export,
    fit,
    folds,
    metrics,
    network,
)
from bot.detector.training.__main__ import plan_of  # noqa: E402
from bot.detector.training.clips import Clip  # noqa: E402
from bot.detector.training.run import Plan, run  # noqa: E402
from tests.detector import checkpoints  # noqa: E402

COLUMNS = ["path", "label", "generator", "language", "speaker", "source_repository", "licence"]


def write_wav(path: Path, samples: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def sound(rng: np.random.Generator, synthetic: bool, seconds: float = 1.6) -> np.ndarray:
    """Noise in syllables; the synthetic kind carries the comb of a bad vocoder."""
    size = int(seconds * RATE)
    noise = rng.normal(0, 0.1, size) * np.clip(np.sin(np.arange(size) / RATE * 20 + rng.uniform(0, 6)), 0.05, 1)
    if synthetic:
        times = np.arange(size) / RATE
        noise += sum(0.05 * np.sin(2 * np.pi * f * times) for f in (700, 1500, 2300, 3100))
    return noise.astype(np.float32)


@pytest.fixture(scope="module")
def audio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audio")
    rng = np.random.default_rng(0)
    rows = []
    for index in range(24):
        synthetic = index % 2 == 1
        name = f"clip{index}.wav"
        write_wav(folder / name, sound(rng, synthetic))
        label = "synthetic" if synthetic else "human"
        generator = f"tts{index % 8}" if synthetic else "human"
        rows.append([name, label, generator, "en", f"s{index}", f"source{index % 8}", "CC0"])
    write_wav(folder / "kk.wav", sound(rng, True))
    rows.append(["kk.wav", "synthetic", "tts1", "kk", "k", "source1", "CC0"])
    write_wav(folder / "sa.wav", sound(rng, True))
    rows.append(["sa.wav", "synthetic", "tts9", "en", "k", "source9", "CC BY-SA 4.0"])
    (folder / "broken.wav").write_bytes(b"RIFF nothing")
    rows.append(["broken.wav", "human", "human", "en", "b", "source0", "CC0"])
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return folder


@pytest.fixture(scope="module")
def trained(audio: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, list[str]]:
    base = tmp_path_factory.mktemp("run")
    settings = fit.Settings(
        epochs=4, epoch_clips=96, batch=16, widths=(4, 8, 8, 8), shortest=96, longest=160, rate=0.01
    )
    plan = Plan((audio,), base / "out", base / "work", rounds=1, folds=2, workers=1, threads=1, settings=settings)
    said: list[str] = []
    run(plan, said.append)
    return plan, said


def test_run_makes_a_model_that_tells_the_classes_apart(trained: tuple[Plan, list[str]]) -> None:
    plan, said = trained
    assert any("1 could not be read" in line for line in said)
    content = json.loads((plan.out / "calibration.json").read_text())
    assert content["training"]["languages"] == {"en": 24}  # without the broken, the Kazakh and the share-alike clip
    assert content["figures"]["auc"] > 0.9
    assert set(content["figures"]["never_trained_on"]["by_language"]) >= {"kk"}
    model = Model.load(plan.out)
    rng = np.random.default_rng(9)
    marks = np.ones(150, bool)
    human = [model.score(sound(rng, False), marks).logit for _ in range(4)]
    machine = [model.score(sound(rng, True), marks).logit for _ in range(4)]
    assert min(machine) > max(human)


def test_run_resumes_from_its_members(trained: tuple[Plan, list[str]]) -> None:
    plan, _ = trained
    before = (plan.out / "calibration.json").read_text()
    said: list[str] = []
    run(plan, said.append)
    assert not any("round" in line for line in said)
    assert (plan.out / "calibration.json").read_text() == before


def test_onnx_computes_what_torch_computes(tmp_path: Path) -> None:
    torch.manual_seed(3)
    members = [network.Student((4, 6, 8, 8)).eval() for _ in range(2)]
    export.export(members, tmp_path / "m.onnx")
    ensemble = network.Ensemble(members).eval()
    assert export.difference(ensemble, tmp_path / "m.onnx") < 1e-4
    windows = torch.randn(2, BANDS, 200)
    mean = (members[0](windows) + members[1](windows)) / 2
    torch.testing.assert_close(ensemble(windows), mean)
    other = network.Ensemble([network.Student((4, 6, 8, 8)).eval()])
    assert export.difference(other, tmp_path / "m.onnx") > 1e-3


def test_training_needs_both_classes(audio: Path, tmp_path: Path) -> None:
    lines = (audio / "manifest.csv").read_text().splitlines()
    only = tmp_path / "only"
    only.mkdir()
    (only / "manifest.csv").write_text("\n".join([lines[0], *[row for row in lines if ",human," in row]]))
    with pytest.raises(ValueError, match="human and synthetic"):
        run(Plan((only,), tmp_path / "out", tmp_path / "work"))


@pytest.mark.parametrize("index", range(len(augment.VERSIONS)))
def test_versions_keep_a_recording_usable(index: int) -> None:
    samples = sound(np.random.default_rng(5), False) * 0.5
    heard = augment.version(samples, index, np.random.default_rng(6))
    assert heard.dtype == np.float32
    assert np.isfinite(heard).all()
    assert 0.85 < len(heard) / len(samples) < 1.15
    assert np.sqrt(np.mean(heard**2)) > 0.002
    again = augment.version(samples, index, np.random.default_rng(6))
    np.testing.assert_array_equal(heard, again)


@pytest.mark.parametrize(("codec", "bits"), [("libopus", 12_000), ("libopus", 32_000), ("libmp3lame", 48_000)])
def test_codecs_keep_time_and_loudness(codec: str, bits: int) -> None:
    rng = np.random.default_rng(7)
    times = np.arange(2 * RATE) / RATE
    samples = (0.2 * np.sin(2 * np.pi * 440 * times) * (times > 1) + rng.normal(0, 1e-3, len(times))).astype(np.float32)
    heard = codecs.through(samples, codec, bits, 24_000 if codec == "libmp3lame" else 48_000)
    assert len(heard) == len(samples)
    onset = int(np.argmax(np.abs(heard) > 0.05))
    assert abs(onset - RATE) < 0.08 * RATE
    assert np.sqrt(np.mean(heard[-8000:] ** 2)) == pytest.approx(0.141, rel=0.15)


def test_noise_has_the_ratio_that_was_asked_for() -> None:
    samples = sound(np.random.default_rng(8), False)
    for wanted in (8.0, 20.0, 30.0):
        noise = augment.add_noise(samples, np.random.default_rng(1), wanted) - samples
        assert 10 * np.log10(np.mean(samples**2) / np.mean(noise**2)) == pytest.approx(wanted, abs=0.1)


def test_speed_moves_the_pitch() -> None:
    times = np.arange(RATE) / RATE
    fast = augment.change_speed(np.sin(2 * np.pi * 1000 * times).astype(np.float32), 1.1)
    peak = np.abs(np.fft.rfft(fast)).argmax() * RATE / len(fast)
    assert peak == pytest.approx(1100, abs=5)
    assert np.abs(fast).max() == pytest.approx(1, abs=0.1)


def clip(label: str, generator: str, source: str, speaker: str, language: str = "en", licence: str = "CC0") -> Clip:
    return Clip(Path(f"{source}/{speaker}"), label, generator, language, speaker, source, licence)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=60), st.integers(2, 4)
)
def test_no_source_is_on_both_sides(rows: list[tuple[bool, int, int]], count: int) -> None:
    found = [
        clip("synthetic" if s else "human", f"g{g}" if s else "human", f"r{r}", f"p{i}")
        for i, (s, g, r) in enumerate(rows)
    ]
    places = folds.assign(found, count, 1)
    seen: dict[tuple[bool, str], int] = {}
    for item, place in zip(found, places, strict=True):
        assert 0 <= place < count
        assert seen.setdefault((item.synthetic, item.source), place) == place


def test_a_voice_that_generators_imitate_is_heard_by_every_member() -> None:
    found = [clip("human", "human", "corpus", "LJ"), clip("human", "human", "corpus2", "other")]
    found += [clip("synthetic", "tts", "lab", "lj-tts"), clip("synthetic", "copy-x", "corpus2", "other")]
    places = folds.assign(found, 2, 0)
    assert places[0] == folds.NEVER
    assert folds.NEVER not in places[1:]


def test_small_sources_are_weighed_as_one() -> None:
    found = [clip("human", "human", "large", str(i)) for i in range(16)]
    found += [clip("human", "human", f"tiny{i}", "x") for i in range(4)]
    apart, together = folds.weights(found), folds.weights(found, least=8)
    assert sum(apart[16:]) / sum(apart) == pytest.approx(4 / 8)
    assert sum(together[16:]) / sum(together) == pytest.approx(2 / 6)


def test_weights_balance_classes_and_rare_generators() -> None:
    found = [clip("human", "human", "a", str(i)) for i in range(4)]
    found += [clip("synthetic", "big", "b", str(i)) for i in range(16)] + [clip("synthetic", "rare", "c", "0")]
    weights = folds.weights(found)
    assert sum(weights[:4]) == pytest.approx(0.5)
    assert sum(weights[4:]) == pytest.approx(0.5)
    assert weights[20] == pytest.approx(4 * weights[4])


def test_what_the_shipped_model_may_not_learn_from() -> None:
    found = [
        clip("synthetic", "a", "r", "1"),
        clip("synthetic", "a", "r", "2", licence="CC BY-SA 4.0"),
        clip("synthetic", "a", "r", "3", language="kk"),
        clip("human", "human", "r", "4", language="ru"),
    ]
    assert clips.usable(found) == found[:1]
    many = [clip("human", "human", "Common Voice", str(i), language="kk") for i in range(200)]
    assert clips.usable([*found, *many]) == [found[0], found[2], *many]


def test_common_voice_layout(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    lines = ["client_id\tpath\tsentence\tlocale"]
    for index in range(6):
        (tmp_path / "clips" / f"{index}.mp3").write_bytes(b"x")
        lines.append(f'speaker{0 if index < 4 else index}\t{index}.mp3\t"text\tkk')
    lines.append("speaker9\tmissing.mp3\ttext\tkk")
    (tmp_path / "validated.tsv").write_text("\n".join(lines), encoding="utf-8")
    found = clips.read_any(tmp_path)
    assert [c.path.name for c in found] == [f"{i}.mp3" for i in range(6)]
    assert {(c.label, c.language, c.licence) for c in found} == {("human", "kk", "CC0-1.0")}
    assert {c.speaker for c in clips.read_any(tmp_path, limit=3)} == {"speaker0", "speaker4", "speaker5"}


@pytest.mark.parametrize(("folder", "ending"), [("Audios", "wav"), ("Audios_flac", "flac")])
def test_kazakh_speech_corpus_layout(tmp_path: Path, folder: str, ending: str) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / "Transcriptions").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / folder / f"{name}.{ending}").write_bytes(b"x")
    for name in ("a", "b"):
        (tmp_path / "Transcriptions" / f"{name}.txt").write_text("сәлем")
    found = clips.read_any(tmp_path)
    assert [(c.path.stem, c.label, c.language) for c in found] == [("a", "human", "kk"), ("b", "human", "kk")]


def test_unknown_layout_and_bad_manifest(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither"):
        clips.read_any(tmp_path)
    (tmp_path / "manifest.csv").write_text("path,label\na.wav,human\nb.wav,robot\n")
    with pytest.raises(ValueError, match="line 3"):
        clips.read_any(tmp_path)


def test_ranking_figures() -> None:
    scores = np.array([0.0, 1.0, 2.0, 3.0])
    right = np.array([False, False, True, True])
    assert metrics.auc(scores, right) == 1
    assert metrics.eer(scores, right) == 0
    assert metrics.auc(-scores, right) == 0
    mixed = np.array([False, True, False, True])
    assert metrics.auc(scores, mixed) == 0.75
    assert metrics.eer(scores, mixed) == 0.5
    mark = metrics.above(scores, mixed, 3.0)
    assert (mark.precision, mark.synthetic, mark.human) == (1.0, 0.5, 0.0)


def test_platt_finds_the_map_that_made_the_labels() -> None:
    rng = np.random.default_rng(4)
    truth = rng.random(20000) < 0.5
    scores = rng.normal(np.where(truth, 1.0, -1.0), 1.0)  # the log-likelihood ratio of these is 2·score
    slope, offset = metrics.platt(scores * 3 + 1, truth)
    assert slope == pytest.approx(2 / 3, abs=0.03)
    assert offset == pytest.approx(-2 / 3, abs=0.06)
    p = 1 / (1 + np.exp(-(slope * (scores * 3 + 1) + offset)))
    assert metrics.calibration_error(p, truth) < 0.02
    assert metrics.calibration_error(np.where(p > 0.5, 0.99, 0.01), truth) > 0.1


def test_thresholds_keep_what_they_promise() -> None:
    rng = np.random.default_rng(5)
    truth = rng.random(3000) < 0.6
    scores = rng.normal(np.where(truth, 1.0, -1.0), 1.0)
    even = np.ones(len(scores))
    signs = calibrate.signs_threshold(scores, truth, even)
    none = calibrate.no_signs_threshold(scores, truth, even)
    assert signs is not None
    assert none is not None
    assert metrics.above(scores, truth, signs).precision >= calibrate.SIGNS_PRECISION
    assert metrics.above(scores, truth, signs).human <= calibrate.MOST_ALARMS
    assert metrics.below(scores, truth, none).precision >= calibrate.NO_SIGNS_PRECISION
    useless = rng.normal(0, 1, len(truth))
    assert calibrate.no_signs_threshold(useless, truth, even) is None


def test_two_scores_are_weighed_by_what_each_tells() -> None:
    rng = np.random.default_rng(4)
    truth = rng.random(20000) < 0.5
    scores = np.stack([rng.normal(truth * 1.0, 1.0), rng.normal(truth * 2.0, 1.0), rng.normal(size=20000)], axis=1)
    *slopes, offset = metrics.logistic(scores, truth)
    assert slopes == pytest.approx([1, 2, 0], abs=0.08)
    assert offset == pytest.approx(-2.5, abs=0.12)


def test_the_teacher_is_calibrated_beside_the_model(audio: Path, tmp_path: Path) -> None:
    """A run with a random teacher: its scores are kept, and clips that are too few are refused in one sentence."""
    teacher = checkpoints.write(tmp_path / "teacher.pth", checkpoints.aasist(24))
    settings = fit.Settings(epochs=1, epoch_clips=16, batch=8, widths=(4, 8, 8, 8), shortest=96, longest=100)
    plan = Plan(
        (audio,), tmp_path / "out", tmp_path / "work", teacher, beside=True, folds=2, workers=1, threads=1,
        settings=settings,
    )  # fmt: skip
    with pytest.raises(ModelError, match="50 of each are needed"):
        run(plan, lambda line: None)
    kept = json.loads((tmp_path / "work" / "teacher.json").read_text())
    assert len(kept) == 24
    assert json.loads((plan.out / "calibration.json").read_text())["training"]["distilled"] is True


def test_soft_targets() -> None:
    assert fit.soft_target(True, None, 0.5) == 1
    assert fit.soft_target(False, -200.0, 0.5) == pytest.approx(0, abs=1e-6)
    assert fit.soft_target(True, -200.0, 0.5) == pytest.approx(0.5, abs=1e-6)
    assert fit.soft_target(False, 10.0, 0.5) == pytest.approx(0.5 / (1 + np.exp(-2.26)))


def test_command_line_finds_the_teacher_beside_the_clips(tmp_path: Path) -> None:
    assert plan_of([str(tmp_path)]).teacher is None
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "asvspoof5_aasist.pth").write_bytes(b"x")
    assert plan_of([str(tmp_path)]).teacher == tmp_path / "models" / "asvspoof5_aasist.pth"


def test_command_line() -> None:
    plan = plan_of(["a", "b", "--out", "o", "--epochs", "3", "--teacher", "t.pth"])
    assert plan.audio == (Path("a"), Path("b"))
    assert (plan.out, plan.teacher, plan.settings.epochs, plan.epochs) == (Path("o"), Path("t.pth"), 3, ())
    apart = plan_of(["a", "--folds", "2", "--epochs", "3,5"])
    assert [apart.settings_of(fold).epochs for fold in (0, 1)] == [3, 5]
    with pytest.raises(SystemExit):
        plan_of(["a", "--folds", "3", "--epochs", "3,5"])
