"""Detectors of other companies that this service may ask, where the operator has a key and the person said yes.

`adapter.py` says what an adapter is, one module each is an adapter, `outside.py` asks them in order, `budget.py`
counts, `verdict.py` joins what they say to our own finding. Nothing is asked unless a request names the service.
"""

from __future__ import annotations

from typing import Final

from bot.detector.providers.adapter import Adapter
from bot.detector.providers.modulate import Modulate
from bot.detector.providers.resemble import Resemble

ADAPTERS: Final[dict[str, Adapter]] = {adapter.name: adapter for adapter in (Resemble(), Modulate())}
