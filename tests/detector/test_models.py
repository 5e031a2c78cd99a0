"""Installed models: reading checkpoints, the AASIST graph, the network contract, who may speak, their folders."""

from __future__ import annotations

import contextlib
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.detector.models import aasist, registry, statedict, store
from bot.detector.models.listener import LEAST_SNR_DB, LEAST_SPEECH_S, Together, Weights
from bot.detector.models.network import BadNetwork, Network, pieces
from bot.detector.models.registry import ModelError
from bot.detector.models.statedict import BadCheckpoint
from bot.detector.scoring import Model
from tests.detector import checkpoints, sounds

SHIPPED = "aasist-asvspoof5"


@pytest.fixture(scope="module")
def embedded() -> Model:
    return Model.load()


def test_registry_says_where_each_comes_from_and_what_it_may_be_used_for() -> None:
    rows = registry.rows()
    assert registry.suggested() is rows[SHIPPED]
    assert next(iter(rows)) == "antideepfake-xlsr-2b", "the strongest is first"
    for row in rows.values():
        assert row.licence
        assert row.figures
        assert row.page.startswith("https://")
        if row.sha256:
            assert len(bytes.fromhex(row.sha256)) == 32
            assert row.bytes or row.loader == registry.WORDS
        if row.address:
            assert row.sha256 or row.experimental, "a file that nobody here has met says so"
            assert row.file_name.endswith((".pth", ".safetensors", ".whl", ".pt"))
            assert row.most >= row.about > 0
    family = [row for row in rows.values() if row.loader == "antideepfake"]
    assert len(family) == 6
    assert not any(row.free for row in family)
    assert registry.pinned(rows[SHIPPED].sha256) is rows[SHIPPED]


# --- checkpoints ---------------------------------------------------------------------------------------------------


def test_a_state_dictionary_is_read_as_it_was_written(tmp_path: Path) -> None:
    arrays = {
        "a": np.arange(6, dtype="<f4").reshape(2, 3),
        "turned": np.arange(6, dtype="<f4").reshape(2, 3).T,
        "half": np.array([0.5, -2], dtype="<f2"),
        "count": np.array(7, dtype="<i8"),
        "none": np.zeros((0, 4), dtype="<f4"),
    }
    words = {"view": checkpoints.tensor("0", arrays["a"], size=(1, 3), offset=3)}
    path = checkpoints.write(tmp_path / "x.pth", {**arrays, "turned": arrays["turned"].T}, words=words)
    found = statedict.read(path)
    assert found["view"].tolist() == [[3, 4, 5]]
    for name in ("a", "half", "count", "none"):
        np.testing.assert_array_equal(found[name], arrays[name])


def test_a_transposed_tensor_keeps_its_strides(tmp_path: Path) -> None:
    array = np.arange(6, dtype="<f4").reshape(2, 3)
    turned = checkpoints.tensor("0", array.T)
    found = statedict.read(checkpoints.write(tmp_path / "x.pth", {"a": array}, words={"t": turned}))
    np.testing.assert_array_equal(found["t"], array.T)


A = np.zeros(4, dtype="<f4")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"x": b"cos\nsystem\n(X\x0e\x00\x00\x00touch HARMED.ontR"}, "more than tensors"),
        ({"x": b"cbuiltins\neval\n"}, "more than tensors"),
        ({"x": checkpoints.tensor("0", A, offset=1)}, "outside"),
        ({"x": checkpoints.tensor("0", A, size=(5,))}, "outside"),
        ({"x": checkpoints.tensor("0", A, offset=-2)}, "impossible"),
        ({"x": checkpoints.tensor("9", A)}, "cannot be read"),
        ({"x": checkpoints.tensor("0", np.zeros(5, dtype="<f4"))}, "not as many"),
        ({"x": b"K\x01"}, "something else"),
        ({"x": b"Q"}, "not known"),
    ],
)
def test_a_hostile_or_damaged_pickle_is_refused(
    words: dict[str, bytes], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = checkpoints.write(tmp_path / "x.pth", {"a": A}, words=words)
    with pytest.raises(BadCheckpoint, match=says):
        statedict.read(path)
    assert [each.name for each in tmp_path.iterdir()] == ["x.pth"]


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    whole = checkpoints.write(tmp_path / "whole.pth", {"a": np.zeros(1000, dtype="<f4")}).read_bytes()
    for name, data in (("empty", b""), ("text", b"hello"), ("cut", whole[: len(whole) // 2])):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadCheckpoint):
            statedict.read(tmp_path / name)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a/b/data.pkl", b"")
    with pytest.raises(BadCheckpoint, match=r"data\.pkl"):
        statedict.read(tmp_path / "other.zip")


@given(st.binary(max_size=60), st.integers(0, 200))
def test_no_pickle_does_anything_but_fail(tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "x.pth"
    checkpoints.write(path, {"a": A})
    with zipfile.ZipFile(path) as archive:
        pickle, storage = archive.read("archive/data.pkl"), archive.read("archive/data/0")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle[:at] + noise + pickle[at + len(noise) :])
        archive.writestr("archive/data/0", storage)
    with contextlib.suppress(BadCheckpoint):
        assert all(isinstance(value, np.ndarray) for value in statedict.read(path).values())


@pytest.mark.parametrize("width", [64, 24])
def test_the_graph_computes_what_pytorch_computes(width: int) -> None:
    torch = pytest.importorskip("torch", reason="NO TORCH: the second way is not there. Run: make test SPEECH=1")
    from tests.detector import restated

    weights = checkpoints.aasist(width, seed=1)
    model = restated.Aasist(width)
    model.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
    network = Network(aasist.build(weights))
    rng = np.random.default_rng(5)
    waves = [sounds.speech(5.0), rng.normal(0, 0.2, 64_600).astype(np.float32)]
    found = [network.raw(aasist.fit_length(wave)) for wave in waves]
    logits = restated.logits(model.eval(), np.stack([aasist.fit_length(wave) for wave in waves]))
    assert abs(found[0] - found[1]) > 0.005, "it hears no difference: nothing was tested"
    np.testing.assert_allclose(found, logits[:, 0] - logits[:, 1], rtol=0, atol=1e-4)


def test_the_graph_takes_just_this_structure() -> None:
    weights = checkpoints.aasist()
    for name in ("pos_S", "encoder.3.0.conv2.bias", "HtrgGAT_layer_ST21.att_weightM", "out_layer.weight"):
        with pytest.raises(BadCheckpoint, match=name):
            aasist.build({key: value for key, value in weights.items() if key != name})
    with pytest.raises(BadCheckpoint, match=r"extra\.weight"):
        aasist.build(weights | {"extra.weight": A})
    with pytest.raises(BadCheckpoint, match="32 features"):
        aasist.build(weights | {"pos_S": np.zeros((1, 23, 32), dtype="<f4")})


def test_the_front_end_is_a_bank_of_band_passes() -> None:
    bank = aasist.sinc_bank()[:, 0]
    assert bank.shape == (70, 129)
    peaks = np.abs(np.fft.rfft(bank, 4096, axis=1)).argmax(axis=1) * sounds.RATE / 4096
    assert (np.diff(peaks) >= 0).all()
    np.testing.assert_array_equal(aasist.fit_length(np.arange(3, dtype=np.float32))[:5], [0, 1, 2, 0, 1])


# --- networks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [0, 1, 2])
def test_any_file_that_keeps_the_contract_is_heard(columns: int) -> None:
    network = Network(checkpoints.loudness(gain=4.0, columns=columns))
    wave = np.full(16_000, 0.5, dtype=np.float32)
    assert network.raw(wave) == pytest.approx(2.0 if columns == 2 else 1.0)
    assert network.samples == 16_000
    if columns == 2:
        other = Network(checkpoints.loudness(gain=4.0), "human,synthetic")
        assert other.raw(wave) == pytest.approx(-2.0)


def test_a_file_of_free_length_hears_four_seconds() -> None:
    assert Network(checkpoints.loudness(samples="t")).samples == 64_600


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "cannot load"),
        (b"hello", "cannot load"),
        (checkpoints.loudness(columns=2)[:-40], "cannot load"),
        (checkpoints.loudness(samples=400), "400 samples"),
        (checkpoints.loudness(samples=10**8), "100000000 samples"),
        (checkpoints.loudness(gain=float("nan")), "must answer"),
        ((Path(store.__file__).parents[1] / "embedded" / "model.onnx").read_bytes(), "one input of floats"),
    ],
)
def test_a_file_that_does_not_keep_it_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(BadNetwork, match=says):
        Network(data)


def marks(*spans: tuple[float, float], seconds: float) -> np.ndarray:
    """Marks of speech between these seconds."""
    found = np.zeros(int(seconds * 100), dtype=np.bool_)
    for start, stop in spans:
        found[int(start * 100) : int(stop * 100)] = True
    return found


@pytest.mark.parametrize(
    ("speech", "seconds", "wanted"),
    [
        (marks((0, 3), seconds=3), 3, [(0.0, 3.0)]),  # shorter than a piece: all of it
        (marks((2, 4), seconds=9), 9, [(1.8, 4.2)]),  # without the silence around it
        (marks((0, 2), (6, 9), seconds=9), 9, [(5.0, 9.0)]),  # the four seconds with most speech
        (marks((0, 25), seconds=25), 25, [(0.0, 4.0), (12.0, 16.0), (21.0, 25.0)]),  # one for each ten seconds
    ],
)
def test_pieces_hold_the_speech(speech: np.ndarray, seconds: float, wanted: list[tuple[float, float]]) -> None:
    found = pieces(int(seconds * 16_000), speech, 64_000)
    assert [(round(a / 16_000, 1), round(b / 16_000, 1)) for a, b in found] == wanted


@given(st.lists(st.booleans(), min_size=1, max_size=3000), st.integers(8000, 80_000))
def test_pieces_lie_in_the_recording_and_hold_speech(speech: list[bool], size: int) -> None:
    count = len(speech) * 160
    if not any(speech):
        with pytest.raises(ValueError, match="no speech"):
            pieces(count, np.array(speech), size)
        return
    found = pieces(count, np.array(speech), size)
    assert 1 <= len(found) <= 12
    for start, stop in found:
        assert 0 <= start < stop <= count
        assert stop - start <= size
        assert any(speech[start // 160 : stop // 160 + 1])


# --- who speaks ----------------------------------------------------------------------------------------------------


def calibration(model: Model, **fused: Any) -> dict[str, Any]:
    figures = {"caught": 0.5, "false_alarms": 0.01, "precision_synthetic": 0.95, "no_signs_synthetic": 0.0}
    limits = [{"below_s": None, "synthetic": 1.5, "no_signs": None}]
    part = {"thresholds": limits, "figures": figures}
    return {
        "sha256": "0" * 64,
        "alone": {"weights": {"bias": 0.0, "embedded": 0.0, "other": 2.0}, **part},
        "fused": {
            "embedded": {"name": model.name, "version": model.version},
            "weights": {"bias": 0.25, "embedded": 0.5, "other": 2.0},
            **part,
            **fused,
        },
    }


SPEECH = sounds.speech(6.0)
ALL = np.ones(600, dtype=np.bool_)


def test_both_speak_together_where_they_were_calibrated_together(embedded: Model) -> None:
    network = Network(checkpoints.loudness(gain=30.0))
    both = Together(embedded, network, "loud", "1", calibration(embedded))
    judged = both.judge(SPEECH, ALL, 6.0, 40.0)
    own = embedded.score(SPEECH, ALL)
    (piece,) = network.hear(SPEECH, ALL)
    logit = 0.25 + 0.5 * own.raw + 2.0 * piece.raw
    assert judged.scored.logit == pytest.approx(max(-6, min(6, logit)))
    assert judged.model == f"{embedded.name}+loud {embedded.version}+1"
    assert judged.band == ("synthetic" if logit >= 1.5 else "unsure")
    assert [(w.start_s, w.end_s) for w in judged.scored.windows] == [(w.start_s, w.end_s) for w in own.windows]
    assert both.info()["earned"] == {"synthetic": True, "no_signs": False}
    assert json.loads(json.dumps(both.info())) == both.info()


def test_a_window_is_scored_with_the_piece_that_lies_there(embedded: Model) -> None:
    """The second half is loud: only its windows are marked."""
    wave = np.concatenate([SPEECH * 0.05, SPEECH])
    network = Network(checkpoints.loudness(gain=30.0, samples=64_000))
    found = calibration(embedded)
    found["fused"] = None
    alone = Together(embedded, network, "loud", "1", found)
    speech = np.ones(1200, dtype=np.bool_)
    windows = alone.judge(wave, speech, 12.0, None).scored.windows
    quiet = [w.logit for w in windows if w.end_s <= 6]
    loud = [w.logit for w in windows if w.start_s >= 6]
    assert quiet
    assert loud
    assert max(quiet) < min(loud)


def test_a_model_calibrated_alone_speaks_alone(embedded: Model) -> None:
    network = Network(checkpoints.loudness(gain=30.0))
    other = calibration(embedded, embedded={"name": embedded.name, "version": "of long ago"})
    alone = Together(embedded, network, "loud", "1", other)
    (piece,) = network.hear(SPEECH, ALL)
    judged = alone.judge(SPEECH, ALL, 6.0, 40.0)
    assert judged.scored.logit == pytest.approx(max(-6, min(6, 2.0 * piece.raw)))
    assert judged.model == "loud 1"


@pytest.mark.parametrize("gain", [-50.0, 0.0, 50.0, 1e6])
def test_without_calibration_no_band_is_said(embedded: Model, gain: float) -> None:
    silent = Together(embedded, Network(checkpoints.loudness(gain=gain)), "loud", "1", None)
    judged = silent.judge(SPEECH, ALL, 6.0, 40.0)
    assert judged.band == "unsure"
    assert 0 < judged.scored.p < 1
    assert not any(silent.info()["earned"].values())


@pytest.mark.parametrize(
    ("speech_s", "snr_db", "own"),
    [
        (LEAST_SPEECH_S - 0.1, 40.0, True),
        (6.0, LEAST_SNR_DB - 0.1, True),
        (LEAST_SPEECH_S, LEAST_SNR_DB, False),
        (6.0, None, False),
    ],
)
def test_in_noise_and_in_short_notes_the_embedded_model_speaks(
    embedded: Model, speech_s: float, snr_db: float | None, own: bool
) -> None:
    both = Together(embedded, Network(checkpoints.loudness()), "loud", "1", calibration(embedded))
    judged = both.judge(SPEECH, ALL, speech_s, snr_db)
    assert (judged.model == f"{embedded.name} {embedded.version}") is own
    assert (judged == embedded.judge(SPEECH, ALL, speech_s, snr_db)) is own


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_no_score_claims_more_certainty_than_was_measured(own: float, other: float) -> None:
    assert -6 <= Weights(1.0, 2.0, 3.0).logit(own, other) <= 6


# --- the folder ----------------------------------------------------------------------------------------------------


@pytest.fixture
def loud(tmp_path: Path) -> Path:
    path = tmp_path / "loud.onnx"
    path.write_bytes(checkpoints.loudness())
    return path


def test_a_model_is_installed_checked_chosen_and_removed(tmp_path: Path, loud: Path, embedded: Model) -> None:
    root = tmp_path / "models"
    assert store.listener("auto", root).name == embedded.name
    model = store.install(root, loud, "loud")
    assert store.verify(model) == []
    assert list(store.installed(root)) == ["loud"]
    assert store.listener("auto", root).name == embedded.name, "nobody chose it and it has no calibration"
    store.save_calibration(model, calibration(embedded))
    assert store.listener("auto", root).name == f"{embedded.name}+loud"
    before = store.listener("loud", root).version
    store.save_calibration(model, calibration(embedded, thresholds=[{"synthetic": 2.0, "no_signs": None}]))
    assert store.listener("loud", root).version != before, "another calibration may give another verdict"
    store.choose(root, "embedded")
    assert store.listener("auto", root).name == embedded.name
    store.choose(root, "loud")
    store.remove(root, "loud")
    assert store.listener("auto", root).name == embedded.name
    assert not store.installed(root)
    with pytest.raises(ModelError, match="not installed"):
        store.listener("loud", root)
    with pytest.raises(ModelError, match="tirek model pull aasist-2019"):
        store.find(root, "aasist-2019")


def test_what_was_changed_is_found(tmp_path: Path, loud: Path) -> None:
    root = tmp_path / "models"
    model = store.install(root, loud, "loud")
    file = model.folder / store.NETWORK
    file.write_bytes(checkpoints.loudness(gain=11.0))
    assert any("changed" in problem for problem in store.verify(model))
    file.unlink()
    assert any("missing" in problem for problem in store.verify(model))
    with pytest.raises(ModelError, match="tirek model verify loud"):
        store.listener("loud", root)


def test_a_score_that_does_not_come_out_again_is_found(tmp_path: Path, loud: Path) -> None:
    model = store.install(tmp_path / "models", loud, "loud")
    facts = json.loads((model.folder / store.FACTS).read_text())
    (model.folder / store.FACTS).write_text(json.dumps(facts | {"check": 5.0}))
    assert any("fixed noise" in problem for problem in store.verify(store.find(tmp_path / "models", "loud")))


@pytest.mark.parametrize("name", ["", "../evil", "A", "auto", "embedded", "x" * 41, ".hidden"])
def test_a_name_cannot_leave_the_folder(name: str, tmp_path: Path, loud: Path) -> None:
    with pytest.raises(ModelError, match="cannot be a name"):
        store.install(tmp_path / "models", loud, name)


def test_installing_never_touches_what_is_not_its_own(tmp_path: Path, loud: Path) -> None:
    root = tmp_path / "models"
    (root / "loud").mkdir(parents=True)
    (root / "loud" / "diary.txt").write_text("mine")
    with pytest.raises(ModelError, match="no model of Tirek"):
        store.install(root, loud, "loud")
    assert (root / "loud" / "diary.txt").read_text() == "mine"
    assert not store.installed(root)


def test_installing_again_replaces_and_a_bad_file_changes_nothing(tmp_path: Path, loud: Path) -> None:
    root = tmp_path / "models"
    first = store.install(root, loud, "loud").facts
    loud.write_bytes(checkpoints.loudness(gain=12.0))
    second = store.install(root, loud, "loud").facts
    assert first.version != second.version
    loud.write_bytes(b"broken")
    with pytest.raises(ModelError, match="cannot be used"):
        store.install(root, loud, "loud")
    assert store.find(root, "loud").facts == second


def test_another_file_cannot_take_a_published_name(tmp_path: Path, loud: Path) -> None:
    with pytest.raises(ModelError, match="not the published file"):
        store.install(tmp_path / "models", loud, SHIPPED)


def test_a_checkpoint_of_aasist_is_converted_and_kept(tmp_path: Path) -> None:
    path = checkpoints.write(tmp_path / "own.pth", checkpoints.aasist(24))
    model = store.install(tmp_path / "models", path, "own")
    assert (model.folder / "own.pth").read_bytes() == path.read_bytes()
    assert model.facts.loader == "aasist"
    assert store.verify(model) == []
    assert not [each for each in (tmp_path / "models").iterdir() if each.name.startswith(".")]
