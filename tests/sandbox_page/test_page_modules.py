"""The page's own rules, run in the browser: dates in zones and languages, links, entities that lie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

Open = Callable[..., Page]
NOW = 1_700_000_000  # Tuesday 2023-11-14 22:13:20 UTC


def run(page: Page, module: str, code: str, *values: Any) -> Any:
    """Evaluate `code` with the module as `m` and the values as `v`."""
    return page.evaluate(f"async (v) => {{ const m = await import('/{module}.js'); return {code}; }}", list(values))


def test_times_are_said_in_the_readers_language(opened: Open) -> None:
    page = opened()
    rows = [
        ("wDT", "en", "Wednesday, 15 November 2023, 03:13:20"),
        ("d", "en", "15/11/23"),
        ("t", "ru", "03:13"),
        ("w", "ru", "среда"),
        ("wDt", "kk", "сәрсенбі, 15 қараша 2023 ж., 03:13"),
        ("dT", "kk", "15.11.23, 03:13:20"),
        ("D", "xx-not-a-language", "15 November 2023"),
        ("", "en", None),
        ("bogus", "en", None),
    ]
    for format_, language, words in rows:
        said = run(page, "dates", "m.entityTime(v[0], v[1], 'Asia/Qyzylorda', v[2], v[0])", NOW, format_, language)
        assert said == words, (format_, language)


def test_distances_in_time_are_said_in_the_readers_language(opened: Open) -> None:
    page = opened()
    rows = [
        (3 * 3600, "en", "in 3 hours"),
        (-60, "en", "1 minute ago"),
        (86400, "ru", "завтра"),
        (2 * 86400, "kk", "2 күннен кейін"),
        (86400, "kk", "ертең"),
        (-3 * 3600, "kk", "3 сағат бұрын"),
        (0, "kk", "қазір"),
    ]
    for seconds, language, words in rows:
        assert run(page, "dates", "m.relativeText(v[0] + v[1], v[0], v[2])", NOW, seconds, language) == words


@pytest.mark.parametrize(
    ("local", "zone", "iso"),
    [
        ("2024-02-29T12:00", "Asia/Almaty", "2024-02-29T12:00:00+06:00"),
        ("2024-03-01T12:00", "Asia/Almaty", "2024-03-01T12:00:00+05:00"),
        ("2026-07-01T09:30", "America/New_York", "2026-07-01T09:30:00-04:00"),
        ("2026-01-01T09:30", "Asia/Kolkata", "2026-01-01T09:30:00+05:30"),
        ("2026-01-01T00:15", "UTC", "2026-01-01T00:15:00+00:00"),
    ],
)
def test_a_local_time_means_that_moment_in_the_zone_and_back(opened: Open, local: str, zone: str, iso: str) -> None:
    page = opened()
    assert run(page, "dates", "m.isoFromLocal(v[0], v[1])", local, zone) == iso
    assert run(page, "dates", "m.localValue(Date.parse(v[0]) / 1000, v[1])", iso, zone) == local


def test_only_harmless_addresses_become_links(opened: Open) -> None:
    page = opened()
    rows = {
        "https://example.org/a?b=c": "https://example.org/a?b=c",
        "HTTP://example.org": "http://example.org/",
        "example.org/law": "https://example.org/law",
        "tg://user?id=1": "tg://user?id=1",
        "javascript:alert(1)": None,
        " java\nscript:alert(1)": None,
        "data:text/html,x": None,
        "file:///etc/passwd": None,
        "blob:http://x/y": None,
        "": None,
    }
    for address, href in rows.items():
        assert run(page, "entities", "m.safeHref(v[0])", address) == href, address


def test_entities_count_utf16_units_nest_and_never_lose_text(opened: Open) -> None:
    page = opened()
    code = """(() => { const el = document.createElement('div');
        el.append(...m.richText(v[0], v[1], { zone: 'UTC', language: 'en', now: () => 0 }));
        return el.innerHTML; })()"""
    bold, italic = {"type": "bold"}, {"type": "italic"}
    rows = [
        ("👩‍🎤 hi", [bold | {"offset": 6, "length": 2}], "👩‍🎤 <strong>hi</strong>"),
        (
            "abcdef",
            [bold | {"offset": 0, "length": 6}, italic | {"offset": 2, "length": 2}],
            "<strong>ab<em>cd</em>ef</strong>",
        ),
        (
            "abcdef",
            [bold | {"offset": 0, "length": 4}, italic | {"offset": 2, "length": 4}],
            "<strong>ab<em>cd</em></strong><em>ef</em>",
        ),
        ("abc", [bold | {"offset": 1, "length": 99}], "a<strong>bc</strong>"),
        ("abc", [bold | {"offset": -5, "length": 2}], "abc"),
        ("abc", [bold | {"offset": 9, "length": 2}], "abc"),
        ("a<b>&c", [bold | {"offset": 1, "length": 3}], "a<strong>&lt;b&gt;</strong>&amp;c"),
        ("x", [{"type": "text_link", "url": "javascript:1", "offset": 0, "length": 1}], "<span>x</span>"),
        ("q\nafter", [{"type": "blockquote", "offset": 0, "length": 1}], "<blockquote>q</blockquote>after"),
    ]
    for text, entities, html in rows:
        assert run(page, "entities", code, text, entities) == html
