"""Golden values of the quality rules: what datatrove's filters say of texts made here.

    pip install datatrove==0.10.1 nltk spacy
    python quality.py > quality.json

The texts are made of a small vocabulary, around each rule's threshold, and are nobody's. They have no contractions and no numbers with
points in them, nor random letters that spaCy takes for contractions ("hed"): there datatrove's tokenizer of English cuts words
otherwise than UAX #29 does, and so would the counts differ.
"""

import json
import random
import sys

from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)

rng = random.Random(7)
STOP = ["the", "and", "of", "to", "that", "with", "have", "be"]
WORDS = (
    "harbour lantern captain sailor morning weather island journey silver garden window letter market bridge river "
    "mountain village silence shadow thunder winter summer orchard meadow castle candle feather anchor compass barrel "
    "cabin deck wind wave storm rope sail mast gull shore cliff cove tide reef sand shell pearl whale dolphin seal"
).split()


def sentence(length=10, stop=0.3, end="."):
    words = [rng.choice(STOP) if rng.random() < stop else rng.choice(WORDS) for _ in range(length)]
    words[0] = words[0].capitalize()
    return " ".join(words) + end


def lines(count, length=10, stop=0.3, end="."):
    return [sentence(length, stop, end) for _ in range(count)]


def text(count=12, **rest):
    return "\n".join(lines(count, **rest))


def cases():
    for i in range(6):
        yield "plain", text(10 + i)
    for words in (46, 48, 49, 50, 51, 60):
        yield "words", sentence(words)
    for share in (0.0, 0.02, 0.05, 0.1):
        yield "stop words", text(10, stop=share)
    for kept in ([], ["the"], ["the", "and"], ["The", "THE"], ["with", "be"]):
        yield "stop words", " ".join([*kept, *[rng.choice(WORDS) for _ in range(70)]]) + "."
    for size in (1, 2, 3):
        yield "short words", " ".join("".join(rng.choice("bcfgkmpr") for _ in range(size)) for _ in range(90)) + " the and."
    for size in (9, 10, 11, 14):
        yield "long words", " ".join("".join(rng.choice("bcfgkmpr") for _ in range(size)) for _ in range(90)) + " the and."
    for mark in ("#", "...", "…"):
        for each in (4, 8, 9, 10, 11, 14):
            body = text(12).split(" ")
            yield f"marks {mark}", " ".join(word if i % each else f"{word} {mark}" for i, word in enumerate(body))
    for bullets in (8, 9, 10):
        for mark in ("-", "•"):
            yield "bullets", "\n".join(f"{mark} {line}" if i < bullets else line for i, line in enumerate(lines(10)))
    for trailing in (2, 3, 4):
        for mark in ("...", "…"):
            yield "ellipses", "\n".join(line[:-1] + mark if i < trailing else line for i, line in enumerate(lines(10)))
    for numbers in (1, 2, 3, 4):
        body = [f"{rng.randrange(1000)}" if i % 10 < numbers else rng.choice(WORDS) for i in range(100)]
        yield "numbers", "the and of to " + " ".join(body) + "."
    for again in (2, 3, 4, 5):
        own = lines(10 - again)
        yield "lines again", "\n".join([*own, *[own[0]] * again])
        yield "short lines again", "\n".join([*lines(10), *["Read on."] * again])
        yield "paragraphs again", "\n\n".join([*own, *[own[1]] * again])
    for again in (2, 4, 6, 9, 12, 15):
        body = text(8).replace("\n", " ")
        yield "words again", body + " silver lantern" * again + "."
        yield "more words again", body + " the silver lantern of the old harbour that day to see" * again + "."
    for kept in (3, 4, 5, 6):
        yield "sentences", " ".join(lines(kept, length=12)) + "\n" + "\n".join(lines(6, end=""))
        yield "lines of sentences", "\n".join([*lines(kept, length=12), *lines(8, end="")])
    for extra in (
        "Lorem ipsum dolor sit amet.",
        "Please enable JavaScript to see this page.",
        "We use cookies, see our cookie policy here.",
        "Read the terms of use before you go on.",
        "This was told in the logbook [12] and again [edit] later.",
        "He said so [citation needed].",
        "function () { return the harbour; }.",
        "Two words.",
        "The end of it...",
        'He said "so be it"',
        "Is that so?",
        "What a storm!",
        "x" * 1100 + " was there then.",
    ):
        own = lines(8)
        own.insert(4, extra)
        yield "c4", "\n".join(own)
    for ended in (0, 1, 2, 3):
        yield "line ends", "\n".join([*lines(ended, length=12), *lines(14 - ended, length=12, end="")])
    for short in (6, 7, 8, 9):
        yield "short lines", "\n".join([*lines(12 - short, length=12), *lines(short, length=3)])
    for again in ("Sea.", "On deck.", "The cabin of the captain."):
        yield "again", "\n".join([*lines(8), again, *lines(4), again])
    for length in (1, 2, 3, 4):
        long = ("".join(rng.choice("bcfgkmpr") for _ in range(32)) for _ in range(400))
        yield "list", "\n".join(" ".join(next(long) for _ in range(length)) + "." for _ in range(40))


def verdict(filter_, content):
    document = Document(text=content, id="0")
    answer = filter_.filter(document)
    if answer is True:
        return {"text": document.text} if document.text != content else None
    return answer[1] if isinstance(answer, tuple) else "dropped"


rows = []
for name, content in cases():
    row = {"name": name, "text": content}
    for key, filter_ in (
        ("gopher", GopherQualityFilter()),
        ("repetition", GopherRepetitionFilter()),
        ("c4", C4QualityFilter()),
        ("fineweb", FineWebQualityFilter()),
    ):
        row[key] = verdict(filter_, content)
    rows.append(row)
json.dump(rows, sys.stdout, ensure_ascii=False, indent=0)
