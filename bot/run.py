"""Assembly: builds everything, starts and stops it in order, owns the timers.

The scheduler only rings. What rings for is in the database, so nothing is lost with the process. All background work
is in one TaskGroup; a loop that fails is logged and begins again.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

import handlers
from bot import bells, gauges, observe, outbox, resealing, retention, way_in, web
from bot import clock as clocks
from bot import keys as bot_keys
from bot.answers import misses, talks
from bot.answers.composer import Composer
from bot.answers.service import Answers
from bot.app import App, Operator
from bot.clock import Clock
from bot.db import leases, migrate, wakeups
from bot.db.engine import Database
from bot.db.wakeups import Wakeups
from bot.outbox import Sender
from bot.people import People
from bot.polling import Conflict, Poller
from bot.reminders import phrases, subscription, timer
from bot.reminders.fetch import Fetcher
from bot.reminders.watch import Watch
from bot.reminders.websub import WebSub
from bot.rounds import WORK, Rounds
from bot.settings import Settings
from bot.updates import Inbox
from bot.voice.client import DetectorClient
from bot.voice.own import OwnVoices
from bot.voice.service import Voice
from bot.way_in import CannotStart as CannotStart  # who starts the bot catches it

log = structlog.get_logger(__name__)

DRAIN_S = 20
WEBHOOK_AGAIN_S = 5.0


class _NotDrained(Exception):
    """What still runs is cancelled: its updates wait in the inbox for the next start."""


def open_database(settings: Settings) -> Database:
    """The database of the settings and its keys, not touched yet. Raises CannotStart."""
    try:
        return Database(settings.database, bot_keys.Keys(settings))
    except OSError as error:
        raise CannotStart(f"{error.filename} cannot be written ({error.strerror}). Choose another DATA_DIR.") from None
    except bot_keys.KeyProblem as error:
        raise CannotStart(str(error)) from None
    except (ValueError, SQLAlchemyError):
        raise CannotStart(
            "DATABASE_URL cannot be read. Expected sqlite+aiosqlite:///file or postgresql+asyncpg://user:password@host/name"
        ) from None


async def bring_up_to_date(db: Database) -> None:
    """Migrate the database to this version and see that it can be read. Raises CannotStart when it is away, of a later
    version, or sealed with another key."""
    if not await db.reachable():
        raise CannotStart("The database does not answer. Is DATABASE_URL right? To look at everything: tirek doctor")
    try:
        await migrate.upgrade(db)
    except CommandError as error:
        raise CannotStart(f"The database was made by a later version of Tirek ({error}). Install that one.") from None
    try:
        await bot_keys.unlock(db)
    except bot_keys.KeyProblem as error:
        raise CannotStart(str(error)) from None


def composer_of(settings: Settings, clock: Clock) -> Composer | None:
    """What words the answers, when the operator has named a service."""
    if settings.llm_url is None:
        return None
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    return Composer(clock, settings.llm_url, settings.llm_model, key)


class Tirek:
    """The running bot. `stop` asks it to end; `started` is set once it serves."""

    def __init__(self, settings: Settings, *, drop_webhook: bool = False) -> None:
        if getattr(handlers, "APPLICATION", None) != "tirek":
            raise CannotStart(
                "Another package named `handlers` hides ours. Install Tirek into an environment of its own: make setup"
            )
        if (sentence := observe.missing(settings.observers)) is not None:
            raise CannotStart(sentence)
        if settings.bot_token is None:
            raise CannotStart("BOT_TOKEN is not set. Get one from @BotFather, or type: tirek sandbox")
        from handlers.broadcast import ProgressCards
        from handlers.bulk import BulkMessenger, ThinClient
        from handlers.dispatcher import build_bot, build_dispatcher, feed, update_kinds
        from handlers.messenger import TelegramCourier, TelegramMessenger
        from handlers.webhook import Webhook

        self._settings = settings
        self._drop_webhook = drop_webhook
        self._token = settings.bot_token.get_secret_value()
        self._stopping = asyncio.Event()
        self.started = asyncio.Event()
        self._owner = way_in.owner_name()
        self._way_in = False

        self.clock = Clock()
        self.db = open_database(settings)
        self._bot = build_bot(self._token, settings.telegram_api_url)
        self._webhook = Webhook(self._bot)
        detector_url = settings.detector_url or f"http://127.0.0.1:{settings.detector_port}"
        api_key = settings.detector_api_key.get_secret_value() if settings.detector_api_key else None
        self._detector = DetectorClient(detector_url, api_key)
        self.voice = Voice(self.db, self.clock, self._detector)
        self.voice.serve(TelegramCourier(self._bot))
        self.watch = Watch(self.db, self.clock, Fetcher())
        self.websub = WebSub(self.db, self.clock, self.watch.fetcher, settings.public_url)
        self._bulk = ThinClient(settings.telegram_api_url, self._token)
        messenger = TelegramMessenger(self._bot, BulkMessenger(self._bulk))
        self.sender = Sender(self.db, self.clock, messenger, settings.send_rate, self._owner)
        self.app = App(
            db=self.db,
            clock=self.clock,
            people=People(self.db),
            voice=self.voice,
            own_voices=OwnVoices(self.db, self.clock, self._detector, self.voice),
            watch=self.watch,
            answers=Answers.load(),
            composer=composer_of(settings, self.clock),
            operator=Operator(settings.operator_name, settings.operator_contact),
            public_url=settings.public_url,
            admin_ids=frozenset(settings.admin_ids),
            flooded=self.sender.flooded,
        )
        messenger.serve(self.app)
        self._progress = ProgressCards(self._bot, self.app)
        dispatcher = build_dispatcher(self.app)
        self._kinds = update_kinds(dispatcher)

        async def handle(update: dict[str, Any]) -> None:
            await feed(dispatcher, self._bot, update)

        self.inbox = Inbox(self.db, self.clock, handle, self._owner)
        polls = settings.webhook_url is None
        poller = self._owner if polls else None
        rate = settings.send_rate
        self._rounds = Rounds(self.db, self.clock, self.inbox, self.sender, self.voice, self.watch, rate, poller)
        self._wakeups = Wakeups(self.db, self._heard, self.app.people.hear_of_changes)

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """Begin to end: nothing new is taken, what runs is finished."""
        self._stopping.set()

    async def run(self) -> None:
        """Start, serve until `stop`, end in order. Raises CannotStart."""
        observe.start(self._settings.observers, "tirek")
        try:
            await self._run()
        except Exception as error:
            if not _only_cannot_start(error):
                observe.report(error)
            raise
        finally:
            await asyncio.to_thread(observe.stop)

    async def _run(self) -> None:
        await self._prepare()
        try:
            async with asyncio.TaskGroup() as group, self._serving():
                background = [
                    group.create_task(self._for_ever("rounds", lambda: self._look(group))),
                    group.create_task(self._for_ever("heartbeat", self._beat)),
                    group.create_task(self._for_ever("wakeups", self._wakeups.run)),
                    group.create_task(self._for_ever("claims", self.inbox.renew_claims)),
                    group.create_task(self._for_ever("voice claims", self.voice.renew_claims)),
                    group.create_task(self._for_ever("voice", self._check_voices)),
                    group.create_task(self._for_ever("feeds", self._watch_feeds)),
                    group.create_task(self._for_ever("broadcasts", self._show_progress)),
                    group.create_task(self._for_ever("gauges", self._observe)),
                    group.create_task(self._for_ever("errands", lambda: self.app.errands.run(self.clock))),
                    group.create_task(self._for_ever("housekeeping", self._keep_house)),
                ]
                if self._settings.detector_url is None:
                    background.append(group.create_task(self._for_ever("detector", self._run_detector)))
                if self._settings.clock_url is not None:
                    following = clocks.follow(self.clock, self._settings.clock_url, lambda: self._rounds.settle(group))
                    background.append(group.create_task(following))
                poller = None
                receiving = None
                if self._settings.webhook_url is None:
                    # A webhook nobody could look for comes to light with the first getUpdates.
                    poller = Poller(self._settings.telegram_api_url, self._token, self._kinds, self.inbox, self.clock)
                    receiving = group.create_task(self._poll(poller, group))
                elif not self._way_in:
                    background.append(group.create_task(self._find_way_in()))
                self.started.set()
                log.info("started", mode="webhook" if receiving is None else "polling")
                await self._stopping.wait()
                drained = await self._drain(poller, receiving)
                for task in background:
                    task.cancel()
                if not drained:
                    raise _NotDrained
        except* _NotDrained:
            log.warning("drain.timeout")
        finally:
            await self._close()

    async def _prepare(self) -> None:
        await bring_up_to_date(self.db)
        if self._settings.clock_url is not None:
            try:
                await clocks.join(self.clock, self._settings.clock_url)
            except ConnectionError as error:
                raise CannotStart(f"CLOCK_URL: {error}. Only the sandbox sets it: leave it out.") from None
        await timer.follow_zone_rules(self.db, self.clock.now())
        from handlers.profile import publish

        await asyncio.to_thread(phrases.prepare)
        if self._settings.webhook_url is None:
            await way_in.become_poller(self.db, self.clock, self._owner)
        self._way_in = await self._choose_way_in()
        await publish(self._bot, self._settings.admin_ids, own_voice=await self._compares_voices())

    async def _compares_voices(self) -> bool:
        """Whether /myvoice belongs into the menu. The bot's own detector starts beside it: its folder tells already."""
        if self._settings.detector_url is None:
            return await asyncio.to_thread(lambda: any(self._settings.models.glob("*/voice.npz")))
        return await self.app.own_voices.available()

    async def _choose_way_in(self) -> bool:
        """Webhook or polling. False: Telegram does not answer now."""
        secret = self._settings.webhook_secret
        return await way_in.choose(
            self._webhook,
            self.db,
            url=self._settings.webhook_url,
            secret=secret.get_secret_value() if secret else "",
            kinds=self._kinds,
            drop_webhook=self._drop_webhook,
        )

    async def _find_way_in(self) -> None:
        """Set the webhook once Telegram answers."""
        while True:
            await asyncio.sleep(WEBHOOK_AGAIN_S)
            if await self._choose_way_in():
                return

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        """The HTTP server and the scheduler that rings, for the length of the block."""
        secret = self._settings.webhook_secret
        app = web.build(
            self.ready, self.inbox, self._settings.webhook_url, secret.get_secret_value() if secret else None
        )
        web.serve_calendars(app, lambda token: subscription.read(self.db, token, self.clock.now()))
        if self._settings.public_url is not None:
            web.add_websub(app, self.websub, self.watch.bell)
        server = web.server(app, self._settings.http_host, self._settings.http_port, self._settings.trusted_proxies)
        scheduler = bells.scheduler({self.app.bell: 1, self.voice.bell: 5, self.watch.bell: 20})
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(self._serve(server))
            scheduler.start()
            try:
                yield
            finally:
                scheduler.shutdown(wait=False)
                server.should_exit = True
                await asyncio.wait({serving}, timeout=5)
                serving.cancel()

    async def _serve(self, server: web.Server) -> None:
        try:
            await server.serve()
        except SystemExit:  # uvicorn's way of saying that the port is taken
            address = f"{self._settings.http_host}:{self._settings.http_port}"
            raise CannotStart(f"{address} is taken. Choose another HTTP_PORT, or 0 for any free one.") from None

    async def ready(self) -> dict[str, Any]:
        """Database and migrations make it ready; the detector is told beside."""
        reachable = await self.db.reachable()
        current = await migrate.current(self.db) if reachable else None
        migrated = current == migrate.revisions()[-1]
        detector = "ok" if await self.voice.detector_alive() else "degraded"
        ready = reachable and migrated and not self.stopping
        return {"ready": ready, "database": reachable, "migrated": migrated, "detector": detector}

    # --- Work ---------------------------------------------------------------------------------------------------------

    async def _for_ever(self, name: str, step: Callable[[], Awaitable[None]]) -> None:
        """Repeat `step`; when it fails, say so and begin again a little later."""
        patience = 1.0
        while True:
            try:
                await step()
                patience = 1.0
            except CannotStart:
                raise
            except Exception:  # a loop of the bot must outlive whatever happens in one round
                log.exception("loop.failed", loop=name)
                await asyncio.sleep(patience)
                patience = min(30.0, patience * 2)

    async def _look(self, group: asyncio.TaskGroup) -> None:
        await self.app.bell.wait()
        self.app.bell.clear()
        if await self._rounds.look(group):
            self.app.bell.set()

    async def _beat(self) -> None:
        await asyncio.sleep(1)
        await self._rounds.beat()

    def _heard(self, topic: str, detail: str) -> None:
        """A wake-up came, from this replica or another."""
        if topic == WORK:
            self.app.bell.set()
        elif topic == "person" and detail.lstrip("-").isdecimal():
            self.app.people.forget(int(detail))

    async def _observe(self) -> None:
        await gauges.observe(self.db, self.clock.now())
        await asyncio.sleep(gauges.EVERY_S)

    async def _show_progress(self) -> None:
        await asyncio.sleep(1)
        await self._progress.work()

    async def _check_voices(self) -> None:
        await self.voice.bell.wait()
        self.voice.bell.clear()
        async with self.clock.working():
            await self.voice.work()

    async def _watch_feeds(self) -> None:
        """Nobody waits for feeds, so they are no work in progress: a slow answer must not hold the clock up."""
        await self.watch.bell.wait()
        self.watch.bell.clear()
        if await self.watch.work():
            self.app.bell.set()
        await self.websub.work()

    async def _keep_house(self) -> None:
        await self._keep_house_once()
        await asyncio.sleep(600)

    async def _keep_house_once(self) -> None:
        await self.inbox.forget_old()
        await timer.forget_deleted(self.db, self.clock.now())
        await talks.forget_old(self.db, self.clock.now())
        await misses.forget_old(self.db, self.clock.now())
        await retention.forget_old(self.db, self.clock.now())
        await bot_keys.notice(self.db)
        await resealing.seal_rest(self.db)

    async def _poll(self, poller: Poller, group: asyncio.TaskGroup) -> None:
        try:
            await poller.run(group)
        except Conflict as error:
            if "webhook" in str(error):
                raise CannotStart(way_in.WEBHOOK_IS_SET) from None
            raise CannotStart(
                f"Telegram says that another bot polls with this token ({error}). Stop the other one, then start again."
            ) from None

    async def _run_detector(self) -> None:
        """The bot's own detector service, a child process, started again when it dies."""
        settings = self._settings
        command = [sys.executable, "-m", "bot", "detector", "--port", str(settings.detector_port), "--child"]
        child = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
        log.info("detector.started", pid=child.pid)
        try:
            code = await child.wait()
            raise RuntimeError(f"the detector ended with status {code}")
        finally:
            if child.returncode is None:
                child.terminate()
                await child.wait()

    # --- End ----------------------------------------------------------------------------------------------------------

    async def _drain(self, poller: Poller | None, receiving: asyncio.Task[None] | None) -> bool:
        """Take nothing new, finish what runs, at most 20 seconds. Whether all was finished."""
        log.info("stopping")
        self.sender.close()
        self.inbox.close()
        if poller is not None and receiving is not None:
            poller.stopping.set()
            await asyncio.wait({receiving}, timeout=5)
            receiving.cancel()
            self._rounds.stop_polling()
            await self._release(way_in.POLLER)
        try:
            async with asyncio.timeout(DRAIN_S):
                await self.clock.idle()
        except TimeoutError:
            return False
        return True

    async def _release(self, name: str) -> None:
        """Let another replica hold a lease at once, and tell them."""
        try:
            async with asyncio.timeout(5), self.db.transaction() as tx:
                await leases.release(tx, name, self._owner)
                await wakeups.tell(tx, WORK)
        except Exception:  # the lease runs out by itself
            log.warning("lease.not_released", name=name)

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(5):
                await self.inbox.release_claims()
                await self.voice.release_claims()
        except Exception:  # claims run out by themselves
            log.warning("claims.not_released")
        await self._release(outbox.LEASE_NAME)
        await self._release(way_in.POLLER)
        await self._detector.close()
        await self._bulk.close()
        await self._bot.session.close()
        await self.db.close()
        log.info("stopped")


def _only_cannot_start(error: Exception) -> bool:
    """Whether it is a sentence for the operator, however many groups it comes in."""
    if isinstance(error, ExceptionGroup):
        return error.split(CannotStart)[1] is None
    return isinstance(error, CannotStart)


def at_signal(act: Callable[[], None]) -> None:
    """Call `act` in the running loop at each SIGTERM and SIGINT."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, act)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(act))


async def serve(settings: Settings, *, drop_webhook: bool = False, until: asyncio.Event | None = None) -> None:
    """Run the bot until SIGTERM or SIGINT (or `until`). A second signal ends the process at once."""
    tirek = Tirek(settings, drop_webhook=drop_webhook)

    def on_signal() -> None:
        if tirek.stopping:
            os._exit(1)
        tirek.stop()

    at_signal(on_signal)

    async def stop_when_told() -> None:
        if until is not None:
            await until.wait()
            tirek.stop()

    async def keep_what_is_there() -> None:
        """What is in memory after the start stays: the collector need not look through it again and again."""
        await tirek.started.wait()
        gc.collect()
        gc.freeze()

    async with asyncio.TaskGroup() as group:
        beside = [group.create_task(stop_when_told()), group.create_task(keep_what_is_there())]
        try:
            await tirek.run()
        finally:
            for task in beside:
                task.cancel()
