"""Screens of connected channels fit at their longest, in every language; foreign titles stay text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.i18n import LANGUAGES, Language, Translator
from bot.reminders.feed_store import Feed
from bot.reminders.feeds import Connected, Seen
from bot.reminders.model import Outcome, Outlet, Progress
from bot.reminders.proof import FeedKind, FeedState
from bot.reminders.service import Standing
from handlers import outlets
from tests.test_screens import NOW, PROGRESS, a_plan, a_slot, fits

languages = pytest.mark.parametrize("language", LANGUAGES)
TITLE = "<b>&ә" * 25
FEED = Feed(2**40, 2**52, FeedKind.YOUTUBE, "UC0123456789abcdefghijkl", TITLE, FeedState.SEEN, NOW, 0, None, None, NOW)


@languages
@pytest.mark.parametrize("state", FeedState)
def test_what_is_connected_fits(language: Language, state: FeedState) -> None:
    t = Translator(language)
    feed = replace(FEED, state=state, seen_at=NOW if state is FeedState.SEEN else None)
    plans = [a_plan(number) for number in range(60)]
    for made in (Connected(feed, plans, []), Connected(feed, [], plans), Connected(feed, [], [])):
        screen = outlets.connected_screen(made, t)
        fits(screen)
        assert "<b>&lt;b&gt;&amp;ә" in screen.text
    fits(outlets.feeds_screen([feed] * 10, t))
    assert len({outlets.state_line(replace(feed, state=each), t) for each in FeedState}) == 2


@languages
@pytest.mark.parametrize(("title", "link"), [(TITLE, "https://www.youtube.com/watch?v=aaaaaaaaaaa"), (None, None)])
def test_the_line_about_what_was_seen_fits(language: Language, title: str | None, link: str | None) -> None:
    seen = Seen(a_plan(1, outlet=Outlet.YOUTUBE), a_slot(Outcome.DONE), title, link)
    screen = outlets.seen_line(seen, Standing(seen.plan, PROGRESS, [seen.slot]), Translator(language))
    fits(screen)
    assert len(screen.text.splitlines()) <= 3
    assert "<b>" not in screen.text


@pytest.mark.parametrize(("weeks", "said"), [(3, False), (4, True), (13, True), (14, False)])
def test_the_last_slot_of_a_week_worth_it_is_celebrated(weeks: int, said: bool) -> None:
    slot = a_slot(Outcome.DONE)
    t, seen = Translator("en"), Seen(a_plan(1), slot, "Film", None)
    progress = Progress(weeks=weeks)
    assert bool(outlets.milestone(seen, Standing(seen.plan, progress, [slot]), t)) is said
    assert outlets.milestone(seen, Standing(seen.plan, progress, [slot, replace(slot, id=2)]), t) is None
    more = replace(seen, plan=replace(seen.plan, next_local=slot.local))
    assert outlets.milestone(more, Standing(more.plan, progress, [slot]), t) is None


def test_the_bot_asks_for_the_least_rights_a_channel_knows() -> None:
    request = outlets.channel_keyboard(Translator("en")).keyboard[0][0].request_chat
    assert request is not None
    assert request.bot_administrator_rights is not None
    given = {name for name, value in request.bot_administrator_rights.model_dump().items() if value}
    assert given == {"can_manage_chat"}
    assert request.user_administrator_rights is not None
    assert given <= {name for name, value in request.user_administrator_rights.model_dump().items() if value}
