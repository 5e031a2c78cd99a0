"""Train the second opinion on harmful requests (`bot/answers/intent.py`) and write its weights: `make requests`.

Examples: tests/answers/requests.tsv (declined and fine, with the kind of act where it is known), the development
questions, the acts of tests/answers/acts.tsv asked for in several ways and asked about in others, innocent acts with
the aims of tests/answers/aims.tsv (harmful and fine), and the phrasings and titles of the cards, which nobody means
harm by. With --check figures are printed and nothing is written: each kind of act is left out in turn.
"""

from __future__ import annotations

import json
import math
import random
import struct
import sys
from itertools import product
from pathlib import Path

import numpy as np

from bot.answers import cards
from bot.answers.intent import FILE, SIZE, features
from bot.answers.topics import LANGS

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests" / "answers"
PENALTY = 3e-5  # of large weights; 3e-4 finds 8 points less
EPOCHS = 12
DECLINED_COUNTS = 1.0
PHRASING_COUNTS = 0.6
ACT_COUNTS = 0.2
AIM_COUNTS = 0.35
AIMED = 450  # sentences with an aim, of each kind and language
ASKED_ABOUT = 0.2  # of them, about an act rather than for it
FOLDS = 6
# What is wanted of an act, and what is asked about it. {i}: ы or і, by the harmony of Kazakh vowels;
# {how}: "how do I" of a Kazakh verb in -у.
WANTED = {
    "ru": ("Как {act}?", "подскажите как {act}", "хочу {act}", "помоги {act}", "ну вот надо {act} есть способ"),
    "en": ("How do I {act}?", "how to {act}", "help me {act}", "best way to {act}", "so um i want to {act} any trick"),
    "kk": (
        "{how}?",
        "{act} үшін не істеу керек?",
        "{act}д{i}ң жолын айтшы",
        "қалай {act}ға болад{i}",
        "{act} керек еді көмектесш{i}",
    ),
}
ASKED = {
    "ru": ("Законно ли {act}?", "Что будет, если {act}?", "Какой штраф, если {act}?", "Кто отвечает, если {act}?"),
    "en": (
        "Is it legal to {act}?",
        "What happens if I {act}?",
        "What is the fine if you {act}?",
        "Who is liable if they {act}?",
    ),
    "kk": ("{act} заңды ма?", "{act} үшін қандай айыппұл бар?", "{act} қылмыс па?", "{act} үшін не болады?"),
}

AIMED_WANTED = {
    "ru": (
        "Как {act}?",
        "как {act}",
        "хочу {act} подскажите чем",
        "помоги {act}",
        "есть способ {act}?",
        "мне надо {act} что для этого сделать",
    ),
    "en": (
        "How do I {act}?",
        "how to {act}",
        "i want to {act} what should i use",
        "help me {act}",
        "is there a way to {act}?",
        "we need to {act}, what tool does that",
    ),
    "kk": (
        "{act} үшін не істеу керек?",
        "{act} жолын айтшы",
        "{act} керек еді көмектесіңіз",
        "маған {act} керек қандай бағдарлама бар",
        "{act} ойым бар қалай",
    ),
}
AIMED_ASKED = {
    "ru": ("Законно ли {act}?", "что грозит если {act}", "кто-то смог {act} куда жаловаться"),
    "en": ("Is it legal to {act}?", "what is the fine if you {act}", "somebody managed to {act} where do i complain"),
    "kk": ("{act} заңды ма?", "{act} үшін қандай айыппұл бар", "біреу {act} мүмкіндігін тауыпты қайда шағымданам"),
}

Example = tuple[str, int, float]
Positions = np.ndarray
MIXED = {"long", "near", "oos", "misc"}  # kinds that are no kind of act


def examples() -> tuple[list[Example], list[str], list[Example]]:
    """What is judged (text, 1 for declined, weight) with its kind, and what only holds the rest in place."""
    judged: list[Example] = []
    kinds: list[str] = []
    for line in (TESTS / "requests.tsv").read_text("utf-8").splitlines():
        verdict, text, *kind = line.split("\t")
        judged.append((text, 1, DECLINED_COUNTS) if verdict == "declined" else (text, 0, 1.0))
        kinds.append("".join(kind))
    for line in (TESTS / "questions.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        refuse = row["expect"] == "refuse"
        judged.append((row["text"], int(refuse), DECLINED_COUNTS if refuse else 1.0))
        kinds.append("")
    texts = [card.text(lang) for card in cards.load().values() for lang in LANGS]
    phrasings = [(each, 0, PHRASING_COUNTS) for text in texts for each in (text.title, *text.phrasings)]
    return judged, kinds, phrasings + acts() + aims()


def aims() -> list[Example]:
    """Innocent acts with a harmful or a fine aim, asked for or asked about; the same ones each time."""
    parts: dict[tuple[str, str], list[str]] = {}
    for line in (TESTS / "aims.tsv").read_text("utf-8").splitlines():
        kind, lang, text = line.split("\t")
        parts.setdefault((lang, kind), []).append(text)
    chance = random.Random(5)
    rows: list[Example] = []
    for lang, kind in product(AIMED_WANTED, ("declined", "fine")):
        for _ in range(AIMED):
            act, aim = chance.choice(parts[lang, "act"]), chance.choice(parts[lang, kind])
            asked = chance.random() < ASKED_ABOUT
            frame = chance.choice((AIMED_ASKED if asked else AIMED_WANTED)[lang])
            text = frame.format(act=f"{aim} {act}" if lang == "kk" else f"{act} {aim}")
            rows.append((text, int(kind == "declined" and not asked), AIM_COUNTS))
    return rows


def acts() -> list[Example]:
    """The acts as they are asked for (1 for the harmful) and asked about (0)."""
    rows: list[Example] = []
    for line in (TESTS / "acts.tsv").read_text("utf-8").splitlines():
        kind, lang, act = line.split("\t")
        soft = next((letter for letter in reversed(act[:-1]) if letter in "аоұыәөүіе"), "а") in "әөүіе"
        for frames, wanted in ((WANTED, int(kind == "declined")), (ASKED, 0)):
            for frame in frames[lang]:
                rows.append((frame.format(act=act, i="і" if soft else "ы", how=_how(act, soft)), wanted, ACT_COUNTS))
    return rows


def _how(act: str, soft: bool) -> str:
    """A Kazakh act as "how do I" is asked of it: "табысты жасыру" → "табысты қалай жасырамын"."""
    *objects, verb = act.split()
    stem = verb[:-1]
    link = "й" if stem[-1:] in "аәеоөұүыі" else "е" if soft else "а"
    return " ".join((*objects, "қалай", f"{stem}{link}м{'і' if soft else 'ы'}н"))


def train(rows: list[Example], found: list[Positions]) -> tuple[float, np.ndarray]:
    """Bias and weights, by AdaGrad; the same rows give the same weights."""
    weights, squares, bias = np.zeros(SIZE), np.full(SIZE, 1e-8), 0.0
    order = np.random.default_rng(0)
    for _ in range(EPOCHS):
        for number in order.permutation(len(rows)):
            at, (_, wanted, counts) = found[number], rows[number]
            if not len(at):
                continue
            scale = 1 / math.sqrt(len(at))
            error = (_share(bias + weights[at].sum() * scale) - wanted) * counts
            slope = error * scale + PENALTY * weights[at]
            squares[at] += slope * slope
            weights[at] -= 0.5 * slope / np.sqrt(squares[at])
            bias -= 0.02 * error
    return bias, weights


def _share(total: float) -> float:
    return 1 / (1 + math.exp(-total))


def _found(rows: list[Example]) -> list[Positions]:
    return [np.array(features(text), dtype=np.int64) for text, _, _ in rows]


def check(judged: list[Example], kinds: list[str], rest: list[Example]) -> None:
    """Shares found and wrongly taken among the examples of a known kind of act, when a sixth of the kinds is left out
    in turn; examples of no act are left out by themselves."""
    chance = np.random.default_rng(1)
    listed = sorted({kind for kind in kinds if kind} - MIXED)
    part_of = dict(zip(chance.permutation(listed), range(len(listed)), strict=True))
    parts = np.array([part_of.get(kind, chance.integers(FOLDS)) % FOLDS for kind in kinds])
    at, held = _found(judged), _found(rest)
    scores = np.zeros(len(judged))
    for part in range(FOLDS):
        kept = np.flatnonzero(parts != part)
        bias, weights = train([judged[n] for n in kept] + rest, [at[n] for n in kept] + held)
        for number in np.flatnonzero(parts == part):
            scores[number] = _share(bias + weights[at[number]].sum() / math.sqrt(max(1, len(at[number]))))
    wanted = np.array([row[1] for row in judged])
    of_a_kind = np.array([bool(kind) for kind in kinds])
    for name, rows in (("kinds left out", of_a_kind), ("single examples left out", ~of_a_kind)):
        for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
            over = scores >= threshold
            print(
                f"{name}, {threshold}: found {over[rows & (wanted == 1)].mean():.3f}, "
                f"wrongly {over[rows & (wanted == 0)].mean():.3f}"
            )


def main() -> None:
    judged, kinds, rest = examples()
    if "--check" in sys.argv:
        check(judged, kinds, rest)
        return
    rows = judged + rest
    bias, weights = train(rows, _found(rows))
    (ROOT / "bot" / "answers" / FILE).write_bytes(struct.pack(f"<{1 + SIZE}e", bias, *weights))


if __name__ == "__main__":
    main()
