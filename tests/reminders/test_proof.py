"""What a publication proves, by tables; what YouTube's texts mean; where nobody is ever sent."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reminders import atom, proof
from bot.reminders.atom import Address, NotAFeed
from bot.reminders.fetch import Refused, allowed_host
from bot.reminders.model import EARLY, REPAIR, Outcome, Outlet
from bot.reminders.proof import Candidate, Item
from bot.reminders.websub import is_signed
from tests.feed_server import BILLION_LAUGHS, CHANNEL, OUTSIDE, Video
from tests.feed_server import atom as feed_of

DUE = datetime(2026, 11, 24, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONG_AGO = DUE - 100 * DAY


def slot(
    hours: float = 0,
    outcome: Outcome | None = None,
    *,
    linked: bool = False,
    outlet: Outlet = Outlet.YOUTUBE,
    closes: float = 12,
    since: datetime = LONG_AGO,
    slot_id: int = 1,
) -> Candidate:
    """A slot that is due so many hours after DUE."""
    due = DUE + hours * HOUR
    return Candidate(1, slot_id, outlet, due, due + closes * HOUR, since, outcome, linked)


def video(hours: float, *outlets: Outlet) -> Item:
    return Item("v", DUE + hours * HOUR, outlets or (Outlet.YOUTUBE,))


TABLE = [
    # published, slots, found out, connected, which slot it is
    ("six hours before", -6, [slot()], 0, LONG_AGO, 0),
    ("earlier than that", -6.01, [slot()], 0, LONG_AGO, None),
    ("just before it closes", 11.99, [slot()], 12, LONG_AGO, 0),
    ("when it is closed, as a repair", 12, [slot(outcome=Outcome.MISSED)], 13, LONG_AGO, 0),
    ("a repair after 48 hours", 48.1, [slot(outcome=Outcome.MISSED)], 48.2, LONG_AGO, None),
    ("a repair seen after 48 hours", 40, [slot(outcome=Outcome.MISSED)], 49, LONG_AGO, None),
    ("an outage of ours", 1, [slot(outcome=Outcome.UNKNOWN)], 2, LONG_AGO, 0),
    ("a skip is an answer", 1, [slot(outcome=Outcome.SKIPPED)], 2, LONG_AGO, None),
    ("said by the person before", 1, [slot(outcome=Outcome.DONE)], 2, LONG_AGO, 0),
    ("another publication stands for it", 1, [slot(outcome=Outcome.DONE, linked=True)], 2, LONG_AGO, None),
    ("in time, and seen days later", 1, [slot(outcome=Outcome.MISSED)], 80, LONG_AGO, 0),
    ("the same, but connected after", 1, [slot(outcome=Outcome.MISSED)], 80, DUE + 60 * HOUR, None),
    ("just published, connected after", 1, [slot(outcome=Outcome.MISSED)], 20, DUE + 19 * HOUR, 0),
    ("in time, and seen weeks later", 1, [slot(outcome=Outcome.MISSED)], 24 * 15, LONG_AGO, None),
    ("before the plan was made", 1, [slot(since=DUE + 2 * HOUR)], 2, LONG_AGO, None),
    ("the earliest of two open ones", 0, [slot(2), slot(closes=2)], 1, LONG_AGO, 1),
    ("never past the next one", 2, [slot(2), slot(closes=2)], 3, LONG_AGO, 0),
    ("the second of a day is for the second", 0, [slot(2), slot(0, Outcome.DONE, linked=True)], 1, LONG_AGO, 0),
    ("no repair while it is another one's", 20, [slot(0, Outcome.MISSED), slot(24)], 21, LONG_AGO, 1),
    ("nor when it is done", 20, [slot(0, Outcome.MISSED), slot(24, Outcome.DONE, linked=True)], 21, LONG_AGO, None),
]  # fmt: skip


@pytest.mark.parametrize(("why", "at", "slots", "now", "connected", "which"), TABLE, ids=[row[0] for row in TABLE])
def test_which_slot_a_publication_fulfils(
    why: str, at: float, slots: list[Candidate], now: float, connected: datetime, which: int | None
) -> None:
    found = proof.fulfilled(video(at), slots, DUE + now * HOUR, connected)
    assert found == (slots[which] if which is not None else None)


@pytest.mark.parametrize(
    ("outlets", "wanted"),
    [
        ((Outlet.SHORTS,), Outlet.SHORTS),
        ((Outlet.YOUTUBE,), Outlet.YOUTUBE),
        ((Outlet.YOUTUBE, Outlet.SHORTS), Outlet.YOUTUBE),
        ((Outlet.TELEGRAM,), None),
    ],
)
def test_an_item_looks_for_its_own_outlet_the_likeliest_first(
    outlets: tuple[Outlet, ...], wanted: Outlet | None
) -> None:
    slots = [slot(-1, outlet=Outlet.SHORTS), slot(outlet=Outlet.YOUTUBE), slot(outlet=Outlet.TIKTOK)]
    found = proof.fulfilled(video(0, *outlets), slots, DUE, LONG_AGO)
    assert (found.outlet if found else None) is wanted


@given(
    at=st.floats(-80, 80),
    now=st.floats(0, 500),
    slots=st.lists(
        st.builds(
            slot,
            hours=st.floats(-80, 80),
            outcome=st.sampled_from([None, *Outcome]),
            linked=st.booleans(),
            closes=st.floats(0.1, 12),
        )
    ),
)
def test_a_slot_is_never_marked_far_from_its_time_nor_against_an_answer(
    at: float, now: float, slots: list[Candidate]
) -> None:
    found = proof.fulfilled(video(at), slots, DUE + (at + now) * HOUR, LONG_AGO)
    if found is not None:
        assert found.due_at - EARLY <= DUE + at * HOUR <= found.due_at + REPAIR
        assert found.outcome is not Outcome.SKIPPED
        assert not (found.outcome is Outcome.DONE and found.linked)


@pytest.mark.parametrize(
    ("slots", "failures", "minutes"),
    [
        ([], 0, 60),
        ([1], 0, 15),
        ([-1.9], 0, 15),
        ([2.5], 0, 30),  # two hours before it
        ([-2.1], 0, 60),
        ([1], 1, 30),
        ([1], 9, 60),
        ([], 2, 240),
        ([], 60, 360),
        ([5], 60, 180),  # a feed that fails is tried around a slot all the same
    ],
)
def test_when_a_feed_is_read_again(slots: list[float], failures: int, minutes: int) -> None:
    moments = [DUE + hours * HOUR for hours in slots]
    assert proof.next_check(DUE, moments, failures, 0) == DUE + timedelta(minutes=minutes)
    late, soon = (proof.next_check(DUE, moments, failures, spread) - DUE for spread in (1, -1))
    assert timedelta(minutes=minutes * 0.89) < soon <= late < timedelta(minutes=minutes * 1.11)


PASTED = [
    (CHANNEL, Address(CHANNEL)),
    ("@aru.films", Address(page="/%40aru.films")),
    ("@Ару_фильм", Address(page="/%40%D0%90%D1%80%D1%83_%D1%84%D0%B8%D0%BB%D1%8C%D0%BC")),
    (f"https://www.youtube.com/channel/{CHANNEL}", Address(CHANNEL, certain=True)),
    (f"youtube.com/channel/{CHANNEL}/videos?view=0", Address(CHANNEL, certain=True)),
    (f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}", Address(CHANNEL, certain=True)),
    ("https://youtube.com/@aru.films?si=abc_1", Address(page="/%40aru.films", certain=True)),
    ("https://m.youtube.com/c/AruFilms", Address(page="/c/AruFilms", certain=True)),
    ("https://www.youtube.com/user/aru", Address(page="/user/aru", certain=True)),
    ("https://youtu.be/dQw4w9WgXcQ?t=3", Address(page="/watch?v=dQw4w9WgXcQ")),
    ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3s", Address(page="/watch?v=dQw4w9WgXcQ")),
    ("https://www.youtube.com/shorts/dQw4w9WgXcQ", Address(page="/watch?v=dQw4w9WgXcQ")),
    ("https://www.youtube.com/", None),
    ("https://www.youtube.com/playlist?list=PL1", None),
    ("https://www.youtube.com/watch?v=../../x", None),
    (f"https://youtube.com.evil.kz/channel/{CHANNEL}", None),
    (f"https://evil.kz/channel/{CHANNEL}", None),
    (f"ftp://youtube.com/channel/{CHANNEL}", None),
    ("http://[::1/channel", None),
    (f"look: https://youtube.com/channel/{CHANNEL}", None),
    ("@a b", None),
    ("вт 19:00 YouTube", None),
    ("", None),
    ("x" * 10_000, None),
]


@pytest.mark.parametrize(("text", "address"), PASTED)
def test_what_somebody_pasted(text: str, address: Address | None) -> None:
    assert atom.read_address(text) == address
    assert atom.read_address(f"  {text}\n") == address


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_none(text: str) -> None:
    found = atom.read_address(text)
    assert found is None or (found.channel is None) != (found.page is None)
    assert found is None or found.page is None or found.page.isascii()


PAGES = [
    (f'<link rel="canonical" href="https://www.youtube.com/channel/{CHANNEL}">', Address(CHANNEL, certain=True)),
    (
        f"<link rel='alternate' href='https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}'/>",
        Address(CHANNEL, certain=True),
    ),
    (f'<meta itemprop="channelId" content="{CHANNEL}">', Address(CHANNEL)),
    (
        '<link rel="canonical" href="https://www.youtube.com/watch?v=dQw4w9WgXcQ">'
        '<span itemprop="author"><link itemprop="url" href="http://www.youtube.com/@aru"></span>',
        Address(page="/%40aru", certain=True),
    ),
    (f'<script>var a={{"externalId":"{CHANNEL}","channelId":"UC{"x" * 22}"}}</script>', Address(CHANNEL)),
    ('<link rel="canonical" href="https://evil.kz/channel/UC0123456789abcdefghijkl">', None),
    ("<link " * 100_000, None),
    ("", None),
]


@pytest.mark.parametrize(("page", "address"), PAGES)
def test_whose_page_it_is(page: str, address: Address | None) -> None:
    assert atom.channel_of(page) == address


def test_a_feed_is_read_and_its_links_are_our_own() -> None:
    listing = atom.read_feed(
        feed_of([Video("aaaaaaaaaaa", DUE, "A <b>film</b> & more\n"), Video("bbbbbbbbbbb", DUE, short=True)]), CHANNEL
    )
    film, short = listing.items
    assert listing.title == "Aru films"
    assert film == Item(
        "aaaaaaaaaaa", DUE, (Outlet.YOUTUBE,), "https://www.youtube.com/watch?v=aaaaaaaaaaa", "A <b>film</b> & more"
    )
    assert (short.outlets, short.link) == ((Outlet.SHORTS,), "https://www.youtube.com/shorts/bbbbbbbbbbb")


def test_where_a_feed_does_not_tell_shorts_apart_a_video_may_be_either() -> None:
    (item,) = atom.read_feed(feed_of([Video("aaaaaaaaaaa", DUE)]), CHANNEL).items
    assert item.outlets == (Outlet.YOUTUBE, Outlet.SHORTS)


def test_entries_that_are_no_publication_of_this_channel_are_left_out() -> None:
    odd = [Video("aaaaaaaaaaa", DUE, channel="UC" + "x" * 22), Video("too-short", DUE)]
    data = feed_of([*odd, Video("ccccccccccc", DUE)])
    assert [each.id for each in atom.read_feed(data, CHANNEL).items] == ["ccccccccccc"]
    for date in (b"yesterday", b"2026-11-24T14:00:00"):
        assert atom.read_feed(data.replace(b"2026-11-24T14:00:00+00:00", date), CHANNEL).items == ()


@pytest.mark.parametrize(
    "data",
    [
        feed_of([], inside=BILLION_LAUGHS).replace(b"Aru films", b"&e;"),
        feed_of([], inside=OUTSIDE).replace(b"Aru films", b"&x;"),
        feed_of([])[:-8],
        b"<html></html>",
        b"",
        b"\x00\xff" * 100,
        b'<?xml version="1.0" encoding="klingon"?><feed/>',
        b"<a>" * 200_000,
    ],
    ids=["billion laughs", "a file", "cut", "a page", "nothing", "noise", "unknown encoding", "deep"],
)
def test_what_is_no_feed_is_refused(data: bytes) -> None:
    with pytest.raises(NotAFeed):
        atom.read_feed(data, CHANNEL)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_feed_or_refused(data: bytes) -> None:
    with pytest.raises(NotAFeed):
        atom.read_feed(b"<" + data, CHANNEL)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.youtube.com/",
        "https://evil.kz/",
        "https://www.youtube.com.evil.kz/",
        "https://www.youtube.com@127.0.0.1/",
        "https://user@www.youtube.com/",
        "https://www.youtube.com:8443/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "file:///etc/passwd",
        "https://www.youtube.com:x/",
        "//www.youtube.com/",
    ],
)
def test_nobody_is_sent_elsewhere(url: str) -> None:
    with pytest.raises(Refused):
        allowed_host(url)


def test_youtube_is_on_the_list() -> None:
    assert allowed_host("https://www.youtube.com/@aru") == "www.youtube.com"


@pytest.mark.parametrize(
    ("signature", "good"),
    [
        ("sha1=b8c7ae37ba0f7ea8a6c6b6ae5f3e8f2c0d8d7c0e", False),
        ("sha1=", False),
        ("md5=900150983cd24fb0d6963f7d28e17f72", False),
        ("sha1=ключ", False),
        ("", False),
    ],
)
def test_a_push_is_believed_only_when_signed(signature: str, good: bool) -> None:
    assert is_signed(b"body", signature, "secret") is good


@pytest.mark.parametrize("method", ["sha1", "sha256"])
def test_a_signed_push_is_believed(method: str) -> None:
    signature = hmac.new(b"secret", b"body", method).hexdigest()
    assert is_signed(b"body", f"{method}={signature}", "secret")
    assert not is_signed(b"body!", f"{method}={signature}", "secret")
