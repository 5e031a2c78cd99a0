"""The scheduler that rings: bells wake loops, which look at the database for what is due. Nothing else is scheduled.

It rings at whole seconds, a moment after what falls due at them: a bell of its own phase would add up to a second to
every reminder.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler


def scheduler(bells: Mapping[asyncio.Event, int]) -> AsyncIOScheduler:
    """Rings each of `bells` every so many seconds, once it is started."""
    made = AsyncIOScheduler(timezone="UTC")
    first = datetime.fromtimestamp(math.ceil(time.time()), UTC)
    ring = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    for bell, every_s in bells.items():
        made.add_job(bell.set, "interval", seconds=every_s, start_date=first, **ring)
    return made
