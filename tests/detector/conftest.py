"""One set of decoding children and one loaded model for all tests of the detector."""

from collections.abc import Iterator

import pytest

from bot.detector.checks import Checker
from bot.detector.children import Decoders
from bot.detector.scoring import Model


@pytest.fixture(scope="session")
def decoders() -> Iterator[Decoders]:
    with Decoders(1) as children:
        yield children


@pytest.fixture(scope="session")
def checker(decoders: Decoders) -> Checker:
    return Checker(Model.load(), decoders)
