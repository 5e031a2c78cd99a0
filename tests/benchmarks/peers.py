"""The usual way to ring: a job of APScheduler's for each reminder, in a database, in memory, or in a JobQueue.

Each gets `misfire_grace_time=None`: with what the libraries do by themselves nearly all of ten thousand are dropped.
"""

from __future__ import annotations

import pickle
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.job import Job
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Engine, create_engine, event, make_url

from tests.benchmarks.ringing import Heard

ZONE = "Asia/Almaty"
FallDue = Callable[[datetime], Awaitable[None]]
_heard: Heard


async def hear(person: int) -> None:
    """What every job calls; stored jobs name it by its path."""
    _heard.tell(person)


def _weekly(at: datetime) -> CronTrigger:
    wall = at.astimezone(ZoneInfo(ZONE))
    time = {"hour": wall.hour, "minute": wall.minute, "second": wall.second}
    return CronTrigger(day_of_week=wall.weekday(), **time, timezone=ZONE)


def _job(scheduler: AsyncIOScheduler, person: int, at: datetime, trigger: CronTrigger) -> Job:
    return Job(
        scheduler,
        id=str(person),
        func=hear,
        args=(person,),
        kwargs={},
        name="hear",
        trigger=trigger,
        executor="default",
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
        next_run_time=at,
    )


@asynccontextmanager
async def jobstore(url: str, stored: int, due: int, heard: Heard) -> AsyncIterator[FallDue]:
    """SQLAlchemyJobStore. Its rows are inserted directly: to add them takes APScheduler minutes."""
    global _heard
    _heard = heard
    engine = _synchronous(url)
    store = SQLAlchemyJobStore(engine=engine)
    scheduler = AsyncIOScheduler(jobstores={"default": store}, timezone="UTC")

    def rows(people: range, at: datetime) -> Iterator[dict[str, Any]]:
        trigger = _weekly(at)
        for person in people:
            state = pickle.dumps(_job(scheduler, person, at, trigger).__getstate__(), pickle.HIGHEST_PROTOCOL)
            yield {"id": str(person), "next_run_time": at.timestamp(), "job_state": state}

    def write(people: range, at: datetime) -> None:
        with engine.begin() as connection:
            for first in range(people.start, people.stop, 10_000):
                some = range(first, min(first + 10_000, people.stop))
                connection.execute(store.jobs_t.insert(), list(rows(some, at)))

    async def fall_due(at: datetime) -> None:
        write(range(1, due + 1), at)
        scheduler.start()

    try:
        store.jobs_t.create(engine, True)
        if due < stored:
            write(range(due + 1, stored + 1), datetime.now(UTC) + timedelta(days=7))
        yield fall_due
        with engine.begin() as connection:
            waiting = store.jobs_t.select().where(store.jobs_t.c.next_run_time <= datetime.now(UTC).timestamp())
            if len(connection.execute(store.jobs_t.select().with_only_columns(store.jobs_t.c.id)).all()) != stored:
                raise RuntimeError("jobs are gone")
            if connection.execute(waiting).first() is not None:
                raise RuntimeError("a job was not moved on")
    finally:
        if scheduler.running:
            scheduler.shutdown(wait=False)
        engine.dispose()


@asynccontextmanager
async def memory(_url: str, stored: int, due: int, heard: Heard) -> AsyncIterator[FallDue]:
    """MemoryJobStore."""
    global _heard
    _heard = heard
    store = MemoryJobStore()
    scheduler = AsyncIOScheduler(jobstores={"default": store}, timezone="UTC")
    scheduler.start(paused=True)

    def add(people: range, at: datetime) -> None:
        trigger = _weekly(at)
        for person in people:
            store.add_job(_job(scheduler, person, at, trigger))

    async def fall_due(at: datetime) -> None:
        add(range(1, due + 1), at)
        scheduler.resume()

    try:
        add(range(due + 1, stored + 1), datetime.now(UTC) + timedelta(days=7))
        yield fall_due
    finally:
        scheduler.shutdown(wait=False)


@asynccontextmanager
async def jobqueue(_url: str, stored: int, due: int, heard: Heard) -> AsyncIterator[FallDue]:
    """The JobQueue of python-telegram-bot, without a bot that talks to anybody."""
    from telegram.ext import Application, CallbackContext

    async def tell(context: CallbackContext[Any, Any, Any, Any]) -> None:
        assert context.job is not None
        heard.tell(int(str(context.job.data)))

    application = Application.builder().token("1:" + "A" * 35).build()
    queue = application.job_queue
    if queue is None:
        raise RuntimeError("python-telegram-bot has no JobQueue here")

    def add(people: range, at: datetime) -> None:
        for person in people:
            queue.run_repeating(tell, timedelta(days=7), first=at, data=person, job_kwargs={"misfire_grace_time": None})

    async def fall_due(at: datetime) -> None:
        add(range(1, due + 1), at)
        await queue.start()

    try:
        add(range(due + 1, stored + 1), datetime.now(UTC) + timedelta(days=7))
        yield fall_due
    finally:
        await queue.stop(wait=False)


def _synchronous(url: str) -> Engine:
    """The same database with the driver that APScheduler needs; SQLite tuned as ours is."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(address.set(drivername="postgresql+psycopg"))
    engine = create_engine(address.set(drivername="sqlite"))

    @event.listens_for(engine, "connect")
    def tune(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
