"""Train the second opinion on harmful requests (`bot/answers/intent.py`) and write its weights: `make requests`.

Examples: tests/answers/requests.tsv (declined and fine), the development questions, the acts of tests/answers/acts.tsv
asked for in several ways and asked about in others, and the phrasings and titles of the cards, which nobody means harm
by. With --check five-fold figures are printed and nothing is written.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from pathlib import Path

import numpy as np

from bot.answers import cards
from bot.answers.intent import FILE, SIZE, features
from bot.answers.topics import LANGS

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests" / "answers"
PENALTY = 1e-4  # of large weights; 3e-4 finds 2 points less
EPOCHS = 20
DECLINED_COUNTS = 1.0
PHRASING_COUNTS = 0.6
ACT_COUNTS = 0.5
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

Example = tuple[str, int, float]


def examples() -> tuple[list[Example], list[Example]]:
    """What is judged (text, 1 for declined, weight), and the phrasings that only hold the rest in place."""
    judged: list[Example] = []
    for line in (TESTS / "requests.tsv").read_text("utf-8").splitlines():
        kind, text = line.split("\t")
        judged.append((text, 1, DECLINED_COUNTS) if kind == "declined" else (text, 0, 1.0))
    for line in (TESTS / "questions.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        refuse = row["expect"] == "refuse"
        judged.append((row["text"], int(refuse), DECLINED_COUNTS if refuse else 1.0))
    held = acts()
    texts = [card.text(lang) for card in cards.load().values() for lang in LANGS]
    phrasings = [(each, 0, PHRASING_COUNTS) for text in texts for each in (text.title, *text.phrasings)]
    return judged, phrasings + held


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


def train(rows: list[Example]) -> tuple[float, np.ndarray]:
    """Bias and weights, by AdaGrad; the same rows give the same weights."""
    found = [np.array(features(text), dtype=np.int64) for text, _, _ in rows]
    weights, squares, bias = np.zeros(SIZE), np.full(SIZE, 1e-8), 0.0
    order = np.random.default_rng(0)
    for _ in range(EPOCHS):
        for number in order.permutation(len(rows)):
            at, (_, wanted, counts) = found[number], rows[number]
            if not len(at):
                continue
            scale = 1 / math.sqrt(len(at))
            error = (1 / (1 + math.exp(-(weights[at].sum() * scale + bias))) - wanted) * counts
            slope = error * scale + PENALTY * weights[at]
            squares[at] += slope * slope
            weights[at] -= 0.5 * slope / np.sqrt(squares[at])
            bias -= 0.02 * error
    return bias, weights


def check(judged: list[Example], phrasings: list[Example]) -> None:
    """Shares found and wrongly taken when a fifth is left out in turn."""
    parts = np.random.default_rng(1).permutation(len(judged)) % 5
    scores = np.zeros(len(judged))
    for part in range(5):
        bias, weights = train([row for row, its in zip(judged, parts, strict=True) if its != part] + phrasings)
        for number in np.flatnonzero(parts == part):
            at = features(judged[number][0])
            scores[number] = 1 / (1 + math.exp(-(bias + weights[at].sum() / math.sqrt(max(1, len(at))))))
    wanted = np.array([row[1] for row in judged])
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.9):
        over = scores >= threshold
        print(f"{threshold}: found {over[wanted == 1].mean():.3f}, wrongly {over[wanted == 0].mean():.3f}")


def main() -> None:
    judged, phrasings = examples()
    if "--check" in sys.argv:
        check(judged, phrasings)
        return
    bias, weights = train(judged + phrasings)
    (ROOT / "bot" / "answers" / FILE).write_bytes(struct.pack(f"<{1 + SIZE}e", bias, *weights))


if __name__ == "__main__":
    main()
