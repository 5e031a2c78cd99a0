"""The thirteen weeks on PostgreSQL: a file of its own, so that both may run at once."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import World
from tests.journeys.test_thirteen_weeks import live_thirteen_weeks


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("new_url", ["postgresql"], indirect=True)
async def test_no_reminder_is_lost_doubled_or_shifted_in_thirteen_weeks(world: World) -> None:
    await live_thirteen_weeks(world)
