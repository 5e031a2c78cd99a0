"""Every state of the rhythm as one person meets it: a plan "Tuesday 19:00, YouTube" in Almaty, seven weeks old."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.answers.service import Reply
from bot.i18n import Language, Translator
from bot.people import Person
from bot.reminders import ics, sketch, statistics
from bot.reminders.feed_store import Feed, FeedKind, FeedState
from bot.reminders.feeds import Connected, Seen
from bot.reminders.holidays import coming
from bot.reminders.importing import Offer
from bot.reminders.model import Draft, Moment, Monthly, Outcome, Outlet, Progress, Rule, Slot, WeeklyTime
from bot.reminders.moments import Either
from bot.reminders.moving import MovedSlot
from bot.reminders.nudges import Lead
from bot.reminders.offdays import OffDays
from bot.reminders.phrases import Question
from bot.reminders.preparing import Preparation, Preparing
from bot.reminders.review import PlanWeek
from bot.reminders.service import Due, Marked, Standing
from bot.reminders.store import Plan
from bot.reminders.teams import Member
from handlers import (
    answers,
    calendar,
    groups,
    moving,
    outlets,
    pauses,
    planning,
    plans,
    preparing,
    reminders,
    sketches,
    start,
    stats,
    teams,
    topics,
    voice,
    weekly,
)
from handlers import settings as preferences
from handlers.screen import Screen
from handlers.wording import lines

ALMATY = "Asia/Almaty"
NOW = datetime(2026, 11, 24, 14, tzinfo=UTC)  # Tuesday 19:00 in Almaty
WEEK = timedelta(days=7)
TUESDAYS = Rule((WeeklyTime((2,), time(19)),))
BUSY = Rule((WeeklyTime((2, 5), time(18, 30)), WeeklyTime((6,), time(12))))
PROGRESS = Progress(streak=7, weeks=7, best_weeks=7, score=0.93, freezes=1, done=7)

Named = tuple[str, Screen]


def person(language: Language) -> Person:
    return Person(
        id=7,
        first_name="Айнұр",
        language=language,
        language_chosen=True,
        zone=ALMATY,
        zone_chosen=True,
        place="almaty",
        quiet=None,
        snooze_minutes=30,
        telegram_language=language,
        last_seen=NOW,
        blocked=False,
    )


def plan(number: int = 1, rule: Rule = TUESDAYS, **more: Any) -> Plan:
    values = {
        "id": number,
        "person_id": 7,
        "rule": rule,
        "outlet": Outlet.YOUTUBE,
        "zone": None,
        "wall_zone": ALMATY,
        "paused": False,
        "paused_until": None,
        "starts_on": date(2026, 10, 6),
        "next_local": datetime(2026, 12, 1, 19),
        "next_due_at": NOW + WEEK,
        "unanswered": 0,
        "reminded_at": None,
    }
    return Plan(**(values | more))


def slot(outcome: Outcome | None = None, **more: Any) -> Slot:
    return Slot(1, 1, datetime(2026, 11, 24, 19), NOW, NOW + timedelta(hours=12), outcome, **more)


def first_steps(language: Language, app: Any) -> Iterator[Named]:
    t, who = Translator(language), person(language)
    newcomer = replace(who, language_chosen=False, zone_chosen=False, place=None)
    yield "/start", start.first_screen(app, newcomer, t)
    yield "/start in a language we lack", start.first_screen(app, replace(newcomer, telegram_language="tr"), t)
    yield "/language", preferences.language_screen(who, t)
    yield "/settings", preferences.settings_screen(app, who, t)
    yield "Quiet hours", preferences.quiet_screen(t)
    for why in planning.QUESTIONS:
        yield f"A question: {why}", planning.question_screen(Question(why), _sketch(), t)  # type: ignore[arg-type]
    yield "A question: which seven", planning.question_screen(_seven(), _sketch(), t)


def _sketch(draft: Draft | None = None) -> sketch.Sketch:
    return replace(sketch.new(draft), token="abcdef")


def _seven() -> Question:
    found = Question("ambiguous_hour")
    return replace(found, known=replace(found.known, weekdays=(2,), hour=(7, 0)))


def building(language: Language, app: Any) -> Iterator[Named]:
    t, who = Translator(language), person(language)
    empty = _sketch()
    half = empty.toggled(2).toggled(5)
    yield "Builder: days", sketches.days_screen(empty, t)
    yield "Builder: two days chosen", sketches.days_screen(half, t)
    yield "Builder: hours", sketches.time_screen(half, t)
    yield "Builder: outlet", sketches.outlet_screen(half, t)
    yield "Builder: goal", sketches.goal_screen(half, t)
    yield "Builder: city", sketches.city_screen(half, t)
    long = replace(TUESDAYS, every_weeks=2, start=date(2026, 12, 1), until=date(2027, 3, 1))
    monthly = Rule((WeeklyTime((5,), time(19, 30)),), monthly=Monthly(-1, 5))
    for name, draft in {
        "every week": Draft(TUESDAYS, Outlet.YOUTUBE),
        "two times": Draft(BUSY, Outlet.SHORTS),
        "every other week until March": Draft(long, Outlet.TELEGRAM),
        "monthly, in Moscow": Draft(monthly, None, "Europe/Moscow"),
    }.items():
        yield f"Preview: {name}", sketches.preview_screen(_sketch(draft), app, who, t)
    yield (
        "Preview of a change",
        sketches.preview_screen(replace(_sketch(Draft(BUSY, Outlet.YOUTUBE)), plan_id=1), app, who, t),
    )


def around_a_slot(language: Language, app: Any) -> Iterator[Named]:
    t, who = Translator(language), person(language)
    tuesday = plan()
    yield "Reminder", reminders.open_screen(tuesday, slot(), t)
    yield (
        "Reminder, late",
        reminders.open_screen(tuesday, slot(), t, t("I'm {minutes} min late: I was offline.", minutes=12)),
    )
    yield "Later", reminders.later_screen(tuesday, slot(), who, t)
    yield "Put off", reminders.snoozed_screen(1, NOW + timedelta(hours=2), t)
    yield (
        "Put off: which nine",
        moving.either_screen(
            moving.Written(moving.PUT_OFF, {"slot_id": 1}, Either(NOW + timedelta(hours=2), NOW + timedelta(hours=14))),
            who,
            t,
        ),
    )
    for name, outcome, more in (
        ("Done", Outcome.DONE, {}),
        ("Done long after", Outcome.MISSED, {"published_at": NOW + timedelta(hours=60)}),
        ("Skipped", Outcome.SKIPPED, {}),
    ):
        yield name, reminders.marked_screen(Marked(tuesday, slot(outcome, **more), PROGRESS, PROGRESS), t)
    yield "Move it", moving.move_screen(tuesday, NOW, NOW - timedelta(hours=3), t)
    yield "Moved", moving.moved_screen(MovedSlot(tuesday, slot(), NOW - timedelta(hours=2)), app, t)
    yield "What to move", moving.what_screen(tuesday, NOW, t)
    yield "A weekday moved", moving.day_moved_screen(tuesday, t)
    steps = (("Сценарий", True), ("Түсіру", False), ("Edit", False))
    local = datetime(2026, 11, 24, 19)
    yield "Prepare", preparing.steps_screen(Preparation(1, tuesday, local, NOW, steps), t)
    yield "Prepare: all done", preparing.steps_screen(Preparation(1, tuesday, local, NOW, (("Edit", True),)), t)
    yield "Preparation of a plan: none", preparing.preparing_screen(Preparing(tuesday, frozenset[Lead](), ()), t)
    yield (
        "Preparation of a plan",
        preparing.preparing_screen(Preparing(tuesday, frozenset(Lead), ("Сценарий", "Edit")), t),
    )
    week = PlanWeek(tuesday, [slot(Outcome.DONE)], PROGRESS, [Moment(local + WEEK, NOW + WEEK)])
    missed = PlanWeek(plan(2, BUSY, outlet=Outlet.SHORTS), [slot(Outcome.MISSED), slot()], Progress(), [])
    yield "Sunday evening", weekly.digest_screen([week, missed], t)
    yield "Sunday evening, nothing planned", weekly.digest_screen([replace(week, coming=[])], t)


def standing(language: Language, app: Any) -> Iterator[Named]:
    t = Translator(language)
    kept = [plan(), plan(2, BUSY, outlet=Outlet.SHORTS), plan(3, paused=True, paused_until=date(2027, 1, 15))]
    yield "/plans", plans.plans_screen(kept, t)
    yield "/plans, none", plans.plans_screen([], t)
    yield "A plan", plans.plan_screen(Standing(kept[0], PROGRESS, []), t, app)
    yield "A plan, new", plans.plan_screen(Standing(plan(starts_on=date(2026, 11, 24)), Progress(), []), t, app)
    yield "A plan that rests", plans.plan_screen(Standing(kept[2], PROGRESS, []), t, app)
    off = [OffDays(each, 1, skipped) for each in coming(ALMATY, date(2026, 12, 10))[:2] for skipped in (False, True)]
    yield "Pause", pauses.pause_screen(1, off, t)
    due = Due(kept[0], Moment(datetime(2026, 11, 24, 19), NOW), slot())
    later = Due(kept[1], Moment(datetime(2026, 11, 27, 18, 30), NOW + timedelta(days=3)), None)
    yield "/today", plans.today_screen([due], [later], NOW, t)
    yield "/today, nothing", plans.today_screen([], [], NOW, t)
    feed = Feed(1, 7, FeedKind.YOUTUBE, "UC1", "Aru films", FeedState.SEEN, NOW, 0, None, None, NOW)
    yield "Connected", outlets.connected_screen(Connected(feed, [kept[0]], []), t)
    yield "Connected, no plan", outlets.connected_screen(Connected(feed, [], []), t)
    yield "Connected, which plan", outlets.connected_screen(Connected(feed, [], [plan(outlet=None)]), t)
    down = replace(feed, state=FeedState.DOWN)
    yield "Connected, no answer", outlets.connected_screen(Connected(down, [kept[0]], []), t)
    yield "/connect", outlets.feeds_screen([feed, down, replace(feed, seen_at=None)], t)
    seen = Seen(kept[0], slot(Outcome.DONE), "How I edit", "https://www.youtube.com/watch?v=abc")
    yield "Seen", outlets.seen_line(seen, Standing(kept[0], PROGRESS, [slot(Outcome.DONE)]), t)
    found = [ics.Proposal("Film", Draft(TUESDAYS, Outlet.YOUTUBE), (NOW + WEEK,))]
    yield "A calendar file", calendar.offer_screen(Offer("abcdef", found, []), app, t)
    yield "A calendar file, nothing", calendar.offer_screen(Offer("abcdef", [], []), app, t)


def together(language: Language, app: Any) -> Iterator[Named]:
    t = Translator(language)
    members = [Member(7, "Айнұр"), Member(8, "Марат")]
    yield "Added to a group", groups.hello(t)
    yield "Back in a group", groups.hello(t, again=True)
    yield "/team, nobody", teams.team_screen([], t)
    yield "/team", teams.team_screen(members, t)
    marked = Marked(plan(), slot(Outcome.DONE), PROGRESS, PROGRESS)
    yield "Done in a group", teams.answered(marked, members[1], t)
    yield "An own voice note", voice.note_screen(t, words=True)
    yield "Topics", topics.groups_screen(app, person(language), t)
    for hint in ("", "foreign_country", "country_without_card"):
        yield f"No card {hint}".strip(), answers.nothing_screen(Reply("none", (), language, 0.0, hint), app, t)  # type: ignore[arg-type]


async def pictures(language: Language) -> AsyncIterator[Named]:
    """Captions: the same facts as the pictures."""
    t, who = Translator(language), person(language)
    slots = [
        replace(
            slot(outcome, published_at=NOW - WEEK * back + timedelta(minutes=5 * back)),
            id=back,
            local=datetime(2026, 11, 24, 19) - WEEK * back,
            due_at=NOW - WEEK * back,
        )
        for back, outcome in enumerate([Outcome.DONE] * 5 + [Outcome.SKIPPED, Outcome.MISSED, Outcome.DONE])
    ][::-1]
    told = statistics.history(Outlet.YOUTUBE, slots, [datetime(2026, 12, 1, 19)], 1, 13, PROGRESS)
    for name, view in (("13 weeks", stats.map_screen), ("Punctuality", stats.time_screen), ("Year", stats.year_screen)):
        yield f"/stats: {name}", await view(told, date(2026, 11, 24), who, t)


async def screens(language: Language, app: Any) -> AsyncIterator[Named]:
    """Every state with its name."""
    for part in (first_steps, building, around_a_slot, standing, together):
        for named in part(language, app):
            yield named
    async for named in pictures(language):
        yield named


def written(name: str, screen: Screen) -> str:
    """A screen as text: its name, its words, its buttons; [[main]], [!danger!], [ordinary]."""
    marks = {"success": ("[[", "]]"), "danger": ("[!", "!]")}
    rows = []
    for row in screen.rows:
        shown = [(marks.get(button.style or "", ("[", "]")), button.text) for button in row]
        rows.append(" ".join(f"{left}{text}{right}" for (left, right), text in shown))
    picture = "(picture)" if screen.picture is not None else None
    return lines(f"=== {name}", picture, screen.text, *rows)
