"""`tirek model calibrate RECORDINGS --outside NAME`: fit the bands of a service of somebody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.detector.training.clips import Clip
    from bot.settings import Settings


def calibrated_outside(
    settings: Settings, name: str, rows: Sequence[Clip], manifest: str, tick: Callable[[], None]
) -> dict[str, Any]:
    """Send the recordings to a service that DETECTOR_PROVIDERS names, fit and keep its bands. Raises ModelError."""
    from bot.cli import outside_services
    from bot.detector.audio import Limits
    from bot.detector.checks import Checker
    from bot.detector.children import Decoders
    from bot.detector.models.registry import ModelError
    from bot.detector.providers import measure
    from bot.detector.providers.calibration import calibration_file
    from bot.detector.scoring import Model

    outside = outside_services(settings)
    found = outside.allowed(name)
    if len(found) != 1:
        raise ModelError(f"DETECTOR_PROVIDERS does not name {name}. Add it, with its key.")
    with Decoders(1, Limits()) as decoders:
        heard = asyncio.run(measure.listen(rows, Checker(Model.load(), decoders), outside, found[0], tick))
    how = f"{len(heard.clips)} recordings of {manifest}, as they are"
    content = measure.fitted(heard, found[0].adapter.name, how)
    measure.save(calibration_file(settings.models, found[0].adapter.name), content)
    return content
