"""Formatted text: tags to entities with offsets in UTF-16, the exact texts of refusals, what is found without tags."""

import html as stdlib_html
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox import html
from bot.sandbox.entities import normal_url, text_of
from bot.sandbox.errors import ApiError
from bot.sandbox.utf16 import Offsets, units


def e(kind: str, offset: int, length: int, **extra: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **extra}


PARSED: list[tuple[str, str, list[dict[str, Any]]]] = [
    ("<b>bold</b> <STRONG>too</STRONG>", "bold too", [e("bold", 0, 4), e("bold", 5, 3)]),
    ("<i>a</i><em>b</em>", "ab", [e("italic", 0, 2)]),
    ("<u>a</u> <ins>b</ins>", "a b", [e("underline", 0, 1), e("underline", 2, 1)]),
    ("<s>a</s> <strike>b</strike> <del>c</del>", "a b c", [e("strikethrough", n, 1) for n in (0, 2, 4)]),
    ('<span class="tg-spoiler">x</span> <tg-spoiler>y</tg-spoiler>', "x y", [e("spoiler", 0, 1), e("spoiler", 2, 1)]),
    ("😀<b>қ😀</b>", "😀қ😀", [e("bold", 2, 3)]),
    ("<b>a<i>b</i></b>", "ab", [e("bold", 0, 2), e("italic", 1, 1)]),
    ("<b>a</>", "a", [e("bold", 0, 1)]),
    ("<b>a</b >", "a", [e("bold", 0, 1)]),
    ("  <b> a </b>  ", "a", [e("bold", 0, 1)]),
    ("&lt;b&gt; &amp;&quot; &#1041;&#x1F600; &nbsp; &copy &unknown;", '<b> &" Б😀 &nbsp; &copy &unknown;', []),
    ("a &amp b", "a & b", []),
    ("<code>x</code>", "x", [e("code", 0, 1)]),
    ("<pre>x</pre>", "x", [e("pre", 0, 1)]),
    ('<pre><code class="language-python">x = 1</code></pre>', "x = 1", [e("pre", 0, 5, language="python")]),
    ("<pre><code>x</code></pre>", "x", [e("pre", 0, 1)]),
    ("<b>a <code>b</code> c</b>", "a b c", [e("bold", 0, 2), e("code", 2, 1), e("bold", 3, 2)]),
    ("<blockquote>q</blockquote>", "q", [e("blockquote", 0, 1)]),
    ("<blockquote expandable>q</blockquote>", "q", [e("expandable_blockquote", 0, 1)]),
    ("<blockquote expandable=''><b>q</b></blockquote>", "q", [e("expandable_blockquote", 0, 1), e("bold", 0, 1)]),
    ('<a href="https://a.kz/x?a=1&amp;b=2">t</a>', "t", [e("text_link", 0, 1, url="https://a.kz/x?a=1&b=2")]),
    ("<a href='HTTPS://a.kz'>t</a>", "t", [e("text_link", 0, 1, url="https://a.kz/")]),
    ('<a href="a.kz">t</a>', "t", [e("text_link", 0, 1, url="http://a.kz/")]),
    ('<a href="nonsense">t</a>', "t", []),
    ('<a href="javascript:alert(1)">t</a>', "t", []),
    ('<a href="tg://user?id=5">t</a>', "t", [e("text_mention", 0, 1, user_id=5)]),
    (
        '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>',
        "👍",
        [e("custom_emoji", 0, 2, custom_emoji_id="5368324170671202286")],
    ),
    (
        '<tg-time unix="1700000000" format="wDT">Tue</tg-time>',
        "Tue",
        [e("date_time", 0, 3, unix_time=1700000000, date_time_format="wDT")],
    ),
    ('<tg-time unix="1700000000">x</tg-time>', "x", [e("date_time", 0, 1, unix_time=1700000000)]),
    (
        '<tg-time unix="1700000000" format="r">x</tg-time>',
        "x",
        [e("date_time", 0, 1, unix_time=1700000000, date_time_format="r")],
    ),
    ("/start hi", "/start hi", [e("bot_command", 0, 6)]),
    ("a /plan@my_bot, b", "a /plan@my_bot, b", [e("bot_command", 2, 12)]),
    ("see https://a.kz/b, or a.kz.", "see https://a.kz/b, or a.kz.", [e("url", 4, 14), e("url", 23, 4)]),
    ("@anna #тег x@y.kz", "@anna #тег x@y.kz", [e("mention", 0, 5), e("hashtag", 6, 4), e("email", 11, 6)]),
    ("<code>/start</code>", "/start", [e("code", 0, 6)]),
    ("<b>/start</b>", "/start", [e("bold", 0, 6), e("bot_command", 0, 6)]),
    ("a\r\nb\x00c", "a\nb c", []),
]

REFUSED = [
    ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    ("<b>x<i>y</i>", 'Can\'t find end tag corresponding to start tag "b"'),
    ("<x>y</x>", 'Unsupported start tag "x" at byte offset 0'),
    ("ж<br>", 'Unsupported start tag "br" at byte offset 2'),
    ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
    ("a <b", "Unclosed start tag at byte offset 2"),
    ("<a href", "Unclosed start tag at byte offset 0"),
    ("<a href='x", "Unclosed start tag at byte offset 0"),
    ("<a ='x'>y</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
    ("<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
    ("</b>", "Unexpected end tag at byte offset 0"),
    ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ('<tg-emoji emoji-id="x">y</tg-emoji>', "Invalid custom emoji identifier specified"),
    ('<tg-time unix="soon">y</tg-time>', "Invalid date_time unix time specified"),
    ('<tg-time unix="1" format="rr">y</tg-time>', "Invalid date_time format specified"),
]


@pytest.mark.parametrize(("source", "text", "entities"), PARSED)
def test_parsed(source: str, text: str, entities: list[dict[str, Any]]) -> None:
    assert text_of(source, "HTML", None) == (text, entities)


@pytest.mark.parametrize(("source", "reason"), REFUSED)
def test_refused(source: str, reason: str) -> None:
    with pytest.raises(ApiError) as caught:
        text_of(source, "html", None)
    assert caught.value.code == 400
    assert caught.value.description == f"Bad Request: can't parse entities: {reason}"


def test_entities_given_by_offset() -> None:
    bold = e("bold", 2, 2)
    assert text_of("😀қө!", None, [bold]) == ("😀қө!", [bold])
    assert text_of("  x", None, [e("bold", 0, 3)]) == ("x", [e("bold", 0, 1)])
    for wrong in (e("bold", 1, 1), e("bold", 0, 1), e("bold", 0, 99), e("bold", -1, 2)):
        with pytest.raises(ApiError):
            text_of("😀қө!", None, [wrong])


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.kz", "https://a.kz/"),
        ("a.kz/b", "http://a.kz/b"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("https://", None),
        ("x", None),
    ],
)
def test_addresses(url: str, kept: str | None) -> None:
    assert normal_url(url) == kept


letters = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cf"], exclude_characters="\u00a0"),
    min_size=1,
    max_size=12,
)
TAGS = {"b": "bold", "i": "italic", "u": "underline", "s": "strikethrough", "tg-spoiler": "spoiler", "code": "code"}


@given(st.lists(st.tuples(letters, st.sampled_from([None, *TAGS])), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_every_entity_covers_its_own_text(pieces: list[tuple[str, str | None]]) -> None:
    """Whatever the text, slicing UTF-16 by an entity gives exactly what stood between its tags."""
    source, plain, wanted = "", "", []
    for text, tag in pieces:
        safe = stdlib_html.escape(text)
        source += (f"<{tag}>{safe}</{tag}>" if tag else safe) + "."
        if tag:
            wanted.append((TAGS[tag], text))
        plain += text + "."
    text, entities = text_of(source, "HTML", None)
    assert text == plain
    raw = text.encode("utf-16-le")
    got = [
        (x["type"], raw[2 * x["offset"] : 2 * (x["offset"] + x["length"])].decode("utf-16-le"))
        for x in entities
        if x["type"] in TAGS.values()
    ]
    assert got == wanted


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_escaped_is_itself(text: str) -> None:
    parsed, spans = html.parse(stdlib_html.escape(text))
    assert parsed == text
    assert spans == []


@given(st.text(alphabet="<>/ab =\"'&;#x1\n ж😀", max_size=40))
@settings(max_examples=300, deadline=None)
def test_broken_markup_is_refused_never_a_crash(text: str) -> None:
    try:
        parsed, entities = text_of(text, "HTML", None)
    except ApiError as refused:
        if refused.code != 400:
            raise
        return
    assert parsed == parsed.strip(" \n")
    for entity in entities:
        assert entity["offset"] >= 0
        assert entity["length"] > 0
        assert entity["offset"] + entity["length"] <= units(parsed)


@given(st.text(max_size=40))
def test_offsets_there_and_back(text: str) -> None:
    offsets = Offsets(text)
    assert offsets.total == units(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2
    for position in range(len(text) + 1):
        assert offsets.to_position(offsets.to_utf16(position)) == position
