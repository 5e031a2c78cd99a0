"""The forms of the service's answers, as OpenAPI describes them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class SegmentBody(BaseModel):
    """A piece of the recording; `p` is null where too little is said in it."""

    model_config = ConfigDict(from_attributes=True)

    start_s: float
    end_s: float
    p: float | None = Field(ge=0, le=1)
    speech: bool


class AskedBody(BaseModel):
    """What became of asking a service of somebody else."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    title: str = Field(description="as people know it")
    outcome: str = Field(description="scored, could_not_judge, failed, or not_asked (then nothing was sent)")
    why: str | None = Field(description="one word, unless it scored")
    p: float | None = Field(ge=0, le=1, description="its own score; calibrated by nobody here")
    said: str | None = Field(description="its own word")
    ms: int


class FindingBody(BaseModel):
    """What could be said of the recording. Evidence, never proof."""

    model_config = ConfigDict(from_attributes=True)

    band: str = Field(description="synthetic (signs of synthesis), no_signs, or unsure (cannot tell)")
    p: float | None = Field(ge=0, le=1, description="probability of synthesis at equal priors; null if not scored")
    reason: str | None = Field(
        description="for unsure: too_short, no_speech, too_noisy, music, several_speakers, phone_band, between"
    )
    speech_s: float = Field(description="seconds of speech")
    seconds: float = Field(description="seconds of the recording")
    segments: list[SegmentBody]
    model: str = Field(description="name and version of what scored")
    ms: int = Field(description="milliseconds the check took")
    warnings: list[str] = Field(
        description="noise, clipping, phone_band, music, several_speakers, damaged: what weakens the finding"
    )
    waveform: list[float] = Field(description="up to 240 peaks, 0 to 1, for drawing")
    outside: list[AskedBody] = Field(description="services of others that the request allowed, in order")


class BegunBody(BaseModel):
    """A check that is being done. Its answer is at `location`, and kept there for ten minutes."""

    id: str
    status: str = Field(description="working")
    location: str


class TranscriptBody(BaseModel):
    """The words of a recording, as far as they were understood."""

    model_config = ConfigDict(from_attributes=True)

    text: str = Field(description="one line; empty where no words were heard")
    language: str | None = Field(description="kk, ru or en; null where no words were heard")
    seconds: float = Field(description="seconds of the recording")
    model: str = Field(description="the checkpoint that listened")
    took_ms: int = Field(description="milliseconds the work took")


class InfoBody(BaseModel):
    """Who would answer a check, what it can do, and what it accepts."""

    model: dict[str, Any] = Field(description="name, version, training, figures, thresholds, earned")
    limits: dict[str, float] = Field(description="max_bytes, max_seconds, min_speech_s")
    load: dict[str, int] = Field(description="workers, seats, taken")
    speech: dict[str, Any] = Field(description="whether recordings are turned into words, by what, or why not")
    outside: list[dict[str, Any]] = Field(
        description="services of others: name, title, retention, keeps_nothing, left_today, calibrated"
    )


class HealthBody(BaseModel):
    """Alive. `replaced`: decoding children that died or were stuck, since the start."""

    status: str
    taken: int
    replaced: int


class ProblemBody(BaseModel):
    """RFC 9457. `reason` is the word to act on."""

    type: str
    title: str
    status: int
    detail: str
    reason: str
