"""Writes src/wordpiece/tables.ts: what Hugging Face's BertNormalizer and BertPreTokenizer make of each code point, asked of
them one by one, so that no version of Node or of Unicode changes how a text is cut.

usage: python golden/make_bert.py     (from packages/tokenize; needs: pip install tokenizers)
"""
import tokenizers
from make_ranges import base36, lines, runs
from tokenizers import normalizers, pre_tokenizers


def normalizer(**on):
    off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**off, **on}).normalize_str


def signed(number):
    return ("-" if number < 0 else "") + base36(abs(number))


def lower_runs(lower):
    """Gap since the run before, number of characters, step between them, what is added to each."""
    out, end, points = [], 0, sorted(lower)
    i = 0
    while i < len(points):
        first, delta, j = points[i], lower[points[i]] - points[i], i
        step = points[i + 1] - first if i + 1 < len(points) and points[i + 1] - first <= 2 else 1
        while j + 1 < len(points) and points[j + 1] == points[j] + step and lower[points[j + 1]] - points[j + 1] == delta:
            j += 1
        out += [base36(first - end), base36(j - i + 1), base36(step), signed(delta)]
        end = points[j]
        i = j + 1
    return " ".join(out)


def decompositions(parts):
    """Gap since the character before, the characters it becomes, joined by "."."""
    out, end = [], 0
    for point in sorted(parts):
        out += [base36(point - end), ".".join(base36(ord(c)) for c in parts[point])]
        end = point
    return " ".join(out)


clean, chinese = normalizer(clean_text=True), normalizer(handle_chinese_chars=True)
strip, lower = normalizer(strip_accents=True), normalizer(lowercase=True)
cut = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
removed, isolated, marks, decomposed, lowered, punctuation, spaces = [], [], [], {}, {}, [], []
for c in [*range(0xD800), *range(0xE000, 0x110000)]:
    s = chr(c)
    if clean(s) == "":
        removed.append(c)
    if chinese(s) != s:
        isolated.append(c)
    stripped = strip(s)
    if stripped == "":
        marks.append(c)
    # Hangul syllables are taken apart by arithmetic.
    elif stripped != s and not 0xAC00 <= c <= 0xD7A3:
        decomposed[c] = stripped
    if lower(s) != s and c != 0x130:
        lowered[c] = ord(lower(s))
    pieces = len(cut(f"a{s}b"))
    if pieces == 3:
        punctuation.append(c)
    elif pieces == 2:
        spaces.append(c)

tables = [
    ("removed", "what `clean_text` takes out", runs(removed)),
    ("isolated", "what `handle_chinese_chars` puts between spaces", runs(isolated)),
    ("marks", "what `strip_accents` takes out", runs(marks)),
    ("punctuation", "what BertPreTokenizer makes a word of its own", runs(punctuation)),
    ("spaces", "what BertPreTokenizer cuts at and takes out", runs(spaces)),
    ("decomposed", "what `strip_accents` makes of the others: gap since the one before, characters joined by `.`", decompositions(decomposed)),
    ("lowered", "`lowercase`: gap, how many, step, what is added; without U+0130", lower_runs(lowered)),
]
with open("src/wordpiece/tables.ts", "w", encoding="utf8", newline="\n") as file:
    file.write(f"// Made by golden/make_bert.py with tokenizers {tokenizers.__version__}. Do not edit.\n")
    file.write("// Unless said otherwise: the gap since the run before and the length of the run, in base 36, and so on.\n")
    for name, what, text in tables:
        file.write(f"\n/** {what} */\nexport const {name} = `\n{lines(text)}\n`\n")
