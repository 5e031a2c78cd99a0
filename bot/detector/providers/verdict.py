"""A finding of our own and the word of an outside service become one answer.

A service that was calibrated on recordings (`tirek model calibrate … --model resemble`) speaks in our bands. One that
was not never does: our finding stands, its word is shown beside it, and where it flatly contradicts a band of ours the
band becomes *cannot tell*. It can take certainty away, never give it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.detector.checks import BETWEEN, PHONE_BAND, SEVERAL_SPEAKERS, Finding, Segment
from bot.detector.providers.adapter import Opinion
from bot.detector.providers.calibration import Calibration
from bot.detector.providers.outside import Asked
from bot.detector.scoring import NO_SIGNS, SYNTHETIC, UNSURE, band, probability

LEAST_SPEECH_S: Final = 3.0  # a calibration is fitted on, and holds for, this much speech in little noise
_WEAKENED: Final = frozenset(("noise", "phone_band"))
SAYS_SYNTHETIC: Final = 0.7  # a vendor's own bound of "high confidence"; below 1 minus it says human as firmly
SCORED_REASONS: Final = frozenset((None, BETWEEN, PHONE_BAND, SEVERAL_SPEAKERS))


def worth_sending(finding: Finding) -> bool:
    """Whether there is speech to judge: what we could not score is not sent anywhere."""
    return finding.p is not None and finding.reason in SCORED_REASONS


def measured_like(finding: Finding) -> bool:
    """Whether a calibration holds for this recording."""
    return finding.speech_s >= LEAST_SPEECH_S and not _WEAKENED & set(finding.warnings)


def joined(finding: Finding, asked: Sequence[Asked], calibrations: Mapping[str, Calibration]) -> Finding:
    """The answer: our finding or that of the service that scored, and in any case who was asked and what came of it."""
    finding = replace(finding, outside=tuple(asked))
    last = asked[-1] if asked else None
    if last is None or last.opinion is None:
        return finding
    calibration = calibrations.get(last.name)
    if calibration is None or not measured_like(finding):
        return _beside(finding, last.opinion)
    return _instead(finding, last, last.opinion, calibration)


def _beside(finding: Finding, opinion: Opinion) -> Finding:
    contradicts = {NO_SIGNS: opinion.p >= SAYS_SYNTHETIC, SYNTHETIC: opinion.p <= 1 - SAYS_SYNTHETIC}
    if contradicts.get(finding.band, False) and opinion.firm:
        return replace(finding, band=UNSURE, reason=BETWEEN)
    return finding


def _instead(finding: Finding, asked: Asked, opinion: Opinion, calibration: Calibration) -> Finding:
    found = calibration.logit(opinion.p)
    said = band(found, calibration.thresholds) if opinion.firm else UNSURE
    reason = BETWEEN if said == UNSURE else None
    if SEVERAL_SPEAKERS in finding.warnings and said != SYNTHETIC:
        said, reason = UNSURE, SEVERAL_SPEAKERS
    return replace(
        finding,
        band=said,
        reason=reason,
        p=round(probability(found), 4),
        segments=tuple(_rescored(segment, opinion, calibration) for segment in finding.segments),
        model=f"{asked.name} {calibration.version}",
    )


def _rescored(segment: Segment, opinion: Opinion, calibration: Calibration) -> Segment:
    """A piece of the recording with the mean of the service's scores that overlap it."""
    near = [s for s in opinion.spans if s.start_s < segment.end_s and s.end_s > segment.start_s]
    if not near or not segment.speech:
        return replace(segment, p=None)
    mean = sum(calibration.logit(span.p) for span in near) / len(near)
    return replace(segment, p=round(probability(mean), 4))
