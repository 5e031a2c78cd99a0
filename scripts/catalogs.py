"""`make i18n`: collect the messages from the code and bring the three catalogs up to date.

With --check nothing is written; the exit status tells whether something would be.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
KEYWORDS = {"t": None, "plain": None, "N_": None, "plural": (1, 2), "plural_plain": (1, 2)}
HEADER = """# Tirek: what people read. Translations are written here by hand; `make i18n` adds and removes messages.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def spoken(
    file: BinaryIO, keywords: dict[str, Any], comment_tags: Iterable[str], options: dict[str, Any]
) -> Iterator[tuple[int, str, list[str | None], list[str]]]:
    """The calls that name a message, in reading order: (line, function, its literal arguments, notes above it).

    Babel's own reader does not look into f-strings before Python 3.12, so the catalogs would depend on the Python.
    """
    source = file.read().decode()
    lines = source.splitlines()

    def calls(node: ast.AST) -> Iterator[ast.Call]:
        if isinstance(node, ast.Call):
            yield node
        for child in ast.iter_child_nodes(node):
            yield from calls(child)

    for call in calls(ast.parse(source)):
        name = getattr(call.func, "id", None) or getattr(call.func, "attr", None)
        arguments = [each.value if isinstance(each, ast.Constant) else None for each in call.args]
        if name not in keywords or not arguments or not isinstance(arguments[0], str):
            continue
        above = lines[call.lineno - 2].strip() if call.lineno > 1 else ""
        notes = [above.removeprefix("# ")] if any(above.startswith(f"# {tag}") for tag in comment_tags) else []
        yield call.lineno, name, [each if isinstance(each, str) else None for each in arguments], notes


def collected() -> Catalog:
    """Every message in the code, with where it is used and the notes beside it."""
    catalog = Catalog(fuzzy=False)
    for folder in ("bot", "handlers"):
        found = extract_from_dir(
            str(ROOT / folder),
            [("**.py", spoken)],  # type: ignore[list-item]
            keywords=KEYWORDS,
            comment_tags=("NOTE:",),
            strip_comment_tags=True,
        )
        for file, _line, message, comments, _context in found:
            catalog.add(message, locations=[(f"{folder}/{file}", None)], auto_comments=comments)  # type: ignore[list-item]
    return catalog


def updated(language: str, template: Catalog) -> bytes:
    """The catalog of one language with the template's messages, as the bytes of its file."""
    path = ROOT / "locales" / language / "LC_MESSAGES" / "messages.po"
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language)
    else:
        catalog = Catalog(locale=language, fuzzy=False)
    catalog.update(template, no_fuzzy_matching=True, keep_user_comments=True)
    catalog.obsolete.clear()
    out = BytesIO()
    write_po(out, catalog, width=120, sort_by_file=True, include_lineno=False, omit_header=True)
    return HEADER.format(language=language, plurals=catalog.plural_forms).encode() + out.getvalue()


def main() -> int:
    template = collected()
    stale = False
    for language in ("en", "kk", "ru"):
        path = ROOT / "locales" / language / "LC_MESSAGES" / "messages.po"
        new = updated(language, template)
        if path.exists() and path.read_bytes() == new:
            continue
        stale = True
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(new)
    if stale and "--check" in sys.argv:
        sys.stderr.write("The catalogs are behind the code. Type: make i18n\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
