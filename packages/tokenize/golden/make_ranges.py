"""Writes src/unicode/ranges.ts: the classes that Hugging Face's ByteLevel pre-tokenizer sees, asked of its regular-expression
engine code point by code point, so that no version of Node or of Unicode changes how a text is cut.

usage: python golden/make_ranges.py     (from packages/tokenize; needs: pip install tokenizers)
"""
import tokenizers
from tokenizers import Regex, pre_tokenizers

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def members(pattern):
    keep = pre_tokenizers.Split(Regex(pattern), behavior="removed", invert=True)
    found = set()
    for base in range(0, 0x110000, 0x1000):
        text = "".join(chr(c) for c in range(base, base + 0x1000) if not 0xD800 <= c < 0xE000)
        if text:
            for piece, _ in keep.pre_tokenize_str(text):
                found.update(map(ord, piece))
    return found


def base36(number):
    text = ""
    while True:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
        if number == 0:
            return text


def runs(points):
    """Gap since the run before, length of the run, and so on, in base 36."""
    out, end, points = [], 0, sorted(points)
    i = 0
    while i < len(points):
        j = i
        while j + 1 < len(points) and points[j + 1] == points[j] + 1:
            j += 1
        out += [base36(points[i] - end), base36(points[j] + 1 - points[i])]
        end = points[j] + 1
        i = j + 1
    return " ".join(out)


def lines(text, width=110):
    out, line = [], ""
    for word in text.split(" "):
        if len(line) + len(word) + 1 > width:
            out.append(line)
            line = ""
        line += ("" if not line else " ") + word
    return "\n".join(out + [line])


def main():
    with open("src/unicode/ranges.ts", "w", encoding="utf8", newline="\n") as file:
        file.write(f"// Made by golden/make_ranges.py with tokenizers {tokenizers.__version__} (Unicode 16.0). Do not edit.\n")
        file.write("// Per class: the gap since the run before and the length of the run, in base 36, and so on.\n")
        for name, pattern in [("letters", r"\p{L}"), ("numbers", r"\p{N}"), ("marks", r"\p{M}"), ("spaces", r"\s")]:
            file.write(f"\n/** `{pattern}` */\nexport const {name} = `\n{lines(runs(members(pattern)))}\n`\n")


if __name__ == "__main__":
    main()
