"""A whisper checkpoint that always says the same sentence: the real code runs, nothing is downloaded or committed.

One decoder layer with all-zero projections, no audio layers: the logits depend on the position alone. Each token of
the script has a code of its own (a row of a Hadamard matrix) as its embedding, and the position that has to predict
it carries the same code.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.detector import speech
from tests.conftest import skip_loudly

MISSING = "NO SPEECH EXTRA: spoken words are not tested. Run: make test SPEECH=1"


def skip_without_whisper(request: pytest.FixtureRequest) -> None:
    """Skip what needs the extra `speech`, and say so where nobody can overlook it."""
    if importlib.util.find_spec("whisper") is None:
        skip_loudly(MISSING)


def say(path: Path, text: str, language: str, *, second: str | None = None, width: int = 64) -> Path:
    """Write a checkpoint that hears `text` in every window. Its language: `language`, then `second`."""
    torch: Any = importlib.import_module("torch")
    whisper: Any = importlib.import_module("whisper")
    tokenizer = importlib.import_module("whisper.tokenizer").get_tokenizer(True, num_languages=99, language=language)
    dims = whisper.model.ModelDimensions(
        n_mels=80, n_audio_ctx=1500, n_audio_state=width, n_audio_head=1, n_audio_layer=0,
        n_vocab=51865, n_text_ctx=448, n_text_state=width, n_text_head=1, n_text_layer=1,
    )  # fmt: skip
    state = {name: torch.zeros_like(value) for name, value in whisper.model.Whisper(dims).state_dict().items()}
    for name in state:
        if name.endswith(("ln.weight", "ln_post.weight")):
            state[name] = torch.ones_like(state[name])
    # Positions 1 and 2 are given by the caller; 3 is the first that is listened to.
    spoken = [tokenizer.to_language_token(language), tokenizer.transcribe, tokenizer.timestamp_begin]
    spoken += [*tokenizer.encode(f" {text}"), tokenizer.timestamp_begin + 100]
    spoken += [tokenizer.eot] * (dims.n_text_ctx - len(spoken))
    others = [tokenizer.to_language_token(second)] if second else []
    codes = hadamard(width)[1:]
    used = dict.fromkeys([*spoken, *others])
    assert len(used) <= len(codes), "too many different tokens for this width"
    code = {token: torch.from_numpy(codes[row]) for row, token in enumerate(used)}
    for token in used:
        state["decoder.token_embedding.weight"][token] = 0.5 * code[token]
    for position, token in enumerate(spoken):
        state["decoder.positional_embedding"][position] = 50.0 * code[token]
    for token in others:
        state["decoder.positional_embedding"][0] += 40.0 * code[token]
    torch.save({"dims": vars(dims), "model_state_dict": {name: value.half() for name, value in state.items()}}, path)
    return path


def hadamard(size: int) -> NDArray[np.float32]:
    """Rows of +1 and -1, orthogonal to each other. `size` is a power of two."""
    rows = np.ones((1, 1), dtype=np.float32)
    while len(rows) < size:
        rows = np.block([[rows, rows], [rows, -rows]])
    return rows


def heard(path: Path) -> speech.Speech:
    """A recogniser with that checkpoint."""
    return speech.Speech(str(path), path.parent)
