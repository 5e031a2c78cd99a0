"""What an operator sees: metrics that the dashboard and the alerts name exist; depths are those of the rows; a log line
says which update or message it belongs to."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from prometheus_client import REGISTRY, generate_latest
from sqlalchemy import insert, update

from bot import gauges, logs, metrics
from bot.db.engine import Database
from bot.db.tables import InboxRow, OutboxRow
from bot.outbox import Outgoing, Sender
from bot.updates import Inbox
from tests.support import NOW, Recorder, StillClock, queue

DEPLOY = Path(__file__).parents[1] / "deploy"
NAMED = re.compile(r"\btirek_[a-z_]+")


def known() -> set[str]:
    """Every series that /metrics can have."""
    return {
        f"{family.name}{end}" for family in REGISTRY.collect() for end in ("", "_total", "_bucket", "_sum", "_count")
    }


def expressions() -> list[str]:
    board = json.loads((DEPLOY / "grafana" / "tirek.json").read_text(encoding="utf-8"))
    targets = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    alerts = (DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8")
    return targets + re.findall(r"^\s+expr: (.+)$", alerts, re.MULTILINE)


def test_every_metric_on_the_dashboard_and_in_the_alerts_exists() -> None:
    found = expressions()
    assert len(found) > 25
    for expression in found:
        assert set(NAMED.findall(expression)) <= known(), expression


def test_every_metric_of_ours_is_on_the_dashboard() -> None:
    shown = {re.sub("_(total|bucket)$", "", name) for text in expressions() for name in NAMED.findall(text)}
    ours = {family.name for family in REGISTRY.collect() if family.name.startswith("tirek_")}
    assert ours - shown == {"tirek_outbox_waiting"}, "it counts what waits for tomorrow too"


def test_the_panels_lie_beside_each_other() -> None:
    board = json.loads((DEPLOY / "grafana" / "tirek.json").read_text(encoding="utf-8"))
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
    assert len(set(places)) == len(places)
    assert len({panel["id"] for panel in board["panels"]}) == len(places)


def value(line: str) -> float:
    found = re.search(rf"^{re.escape(line)} (\S+)$", generate_latest().decode(), re.MULTILINE)
    assert found is not None, line
    return float(found.group(1))


async def test_depth_and_age_are_those_of_the_rows(database: Database) -> None:
    await queue(database, 1, 2, due_at=NOW - timedelta(seconds=40))
    [bulk] = await queue(database, 3, due_at=NOW - timedelta(seconds=90))
    await queue(database, 4, due_at=NOW + timedelta(days=1))
    kept = {"attempts": 0, "retry_at": NOW, "received_at": NOW}
    async with database.transaction() as tx:
        await tx.execute(update(OutboxRow).where(OutboxRow.id == bulk).values(broadcast_id=1))
        await tx.execute(
            insert(InboxRow), [{"update_id": n, "state": s, **kept} for n, s in enumerate(["parked", "done"])]
        )
    await gauges.observe(database, NOW)
    assert value("tirek_outbox_waiting") == 4
    assert value('tirek_outbox_due{bulk="no"}') == 2
    assert value('tirek_outbox_oldest_seconds{bulk="no"}') == 40
    assert value('tirek_outbox_oldest_seconds{bulk="yes"}') == 90
    assert (value('tirek_inbox{state="parked"}'), value('tirek_inbox{state="waiting"}')) == (1, 0)


async def test_a_broadcast_does_not_spoil_the_lateness_of_reminders(sqlite: Database) -> None:
    clock = StillClock(NOW + timedelta(minutes=10))
    bulk, _ = await queue(sqlite, 1, 2)
    async with sqlite.transaction() as tx:
        await tx.execute(update(OutboxRow).where(OutboxRow.id == bulk).values(broadcast_id=1))
    before = value("tirek_reminder_lateness_seconds_count")
    await Sender(sqlite, clock, Recorder(clock), 25).deliver()
    assert value("tirek_reminder_lateness_seconds_count") == before + 1
    assert value("tirek_sender_active") == 1


async def test_a_log_line_names_its_update_and_its_message(
    sqlite: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    log = structlog.get_logger("test")

    async def handle(_: dict[str, Any]) -> None:
        log.info("in a handler")

    async def answer(_: Outgoing) -> None:
        log.info("in a delivery")

    logs.configure("info", "json")
    clock = StillClock()
    await Inbox(sqlite, clock, handle).handle_now({"update_id": 71, "message": {"from": {"id": 1}}})
    [number] = await queue(sqlite, 1)
    await Sender(sqlite, clock, Recorder(clock, answer), 25).deliver()
    log.info("outside")
    lines = {line["event"]: line for line in map(json.loads, capsys.readouterr().err.splitlines())}
    assert lines["in a handler"]["update_id"] == 71
    assert lines["in a delivery"]["outbox_id"] == number
    assert not {"update_id", "outbox_id"} & set(lines["outside"])


def test_no_label_can_hold_a_person() -> None:
    labels = {label for each in vars(metrics).values() for label in getattr(each, "_labelnames", ())}
    assert labels <= {"kind", "outcome", "language", "state", "bulk", "method", "error", "le"}
