"""Compares our tokenizers with Hugging Face's: ids on real and fuzzed text, and what is learned from equal documents.

usage: python check_tokenizers.py [FOLDER_OF_SAMPLES]
needs: tokenizers; Node with this checkout built

Texts: 10 MB of English (benchmarks/ours/tokenize_text.js), every file of the folder as text, and 2,000 fuzzed strings.
Tokenizers: GPT-2's vocabulary; a cl100k-style BPE and a BERT WordPiece that Hugging Face trains; and a BPE, a BPE with Llama 3's
cut, a WordPiece, characters and words that are trained here.
"""
import bz2
import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, decoders, trainers

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
END = "<|endoftext|>"
CL100K = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def node(script, *arguments, lines=None):
    text = "\n".join(json.dumps(line) for line in lines) if lines is not None else None
    done = subprocess.run(["node", str(script), *map(str, arguments)], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{script} failed: {done.stderr}")
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def split(text, size=16384):
    documents, at = [], 0
    while at < len(text):
        line = text.find("\n", at + size)
        end = len(text) if line < 0 else line + 1
        documents.append(text[at:end])
        at = end
    return documents


def sample(path):
    data = path.read_bytes()
    if path.suffix == ".bz2":
        data = bz2.decompress(data)
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = data.decode(encoding, errors="replace")
    # What is escaped in JSON is looked at as the characters that it stands for, too.
    if ".json" in path.name:
        text += "\n".join(json.dumps(json.loads(line), ensure_ascii=False) for line in json_texts(text))
    return text


def json_texts(text):
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        json.loads(lines[0])
        return lines
    except ValueError:
        return [text]


def fuzzed(count):
    random.seed(20240601)
    alphabets = [
        [chr(c) for c in range(0x20, 0x7F)],
        list("'sStTrReEvVmMlLdD \u017f\u2019"),
        [chr(c) for c in [*range(0x20), 0x7F, 0x85, 0xA0, 0x1680, *range(0x2000, 0x2010), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF]],
        list("👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇧🇬e\u0301a\u0308n\u0303o\u0323\u0302"),
        [chr(c) for c in range(0x4E00, 0x4E80)] + list("，。「」"),
        [chr(c) for c in range(0x410, 0x450)] + list(" ,.-"),
        [chr(c) for c in range(0xAC00, 0xAC40)] + [chr(c) for c in range(0x1100, 0x1112)],
        [chr(c) for c in range(0x600, 0x700)] + [chr(c) for c in range(0x900, 0x980)],
        list("0123456789٠١٢²½Ⅷ"),
        list("\ud800\udc00\udfffab "),
    ]
    texts = []
    for i in range(count - 8):
        if i % 3 == 0:
            letters = random.choice(alphabets)
        elif i % 3 == 1:
            letters = sum(random.sample(alphabets, 3), [])
        else:
            letters = [chr(c) for c in (random.randrange(0x110000) for _ in range(40))]
        texts.append("".join(random.choice(letters) for _ in range(random.randrange(1, 60))))
    junk = ["a", "ab", " ", "\n", "字", "!", "é", "<|endoftext|> [SEP] "]
    return texts + [word * (100_000 // len(word)) for word in junk]


def sound(text):
    """Lone surrogates become U+FFFD, surrogates in pairs the character they stand for."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def bpe(pattern=None):
    tokenizer = Tokenizer(models.BPE())
    if pattern is None:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(pattern), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def train_bpe(documents, size, pattern=None):
    tokenizer = bpe(pattern)
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=2,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(documents, trainer)
    return tokenizer


def train_bert(documents, size):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(documents, trainer)
    return tokenizer


def gpt2(paths):
    tokenizer = bpe()
    tokenizer.model = models.BPE.from_file(paths["encoder"], paths["merges"])
    tokenizer.add_special_tokens([AddedToken(END, special=True)])
    return tokenizer


def compare(name, path, theirs, texts):
    theirs.encode_special_tokens = True
    expected = [each.ids for each in theirs.encode_batch([sound(text) for text in texts], add_special_tokens=False)]
    ours = node(HERE / "ids.js", path, lines=texts)
    for text, a, b in zip(texts, ours, expected, strict=True):
        if a == b:
            continue
        at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        sys.exit(f"{name}: {text[:80]!r}: at {at} ours {a[at : at + 8]}, theirs {b[at : at + 8]}")
    print(f"{name}: {sum(map(len, expected))} ids of {len(texts)} texts are equal", flush=True)


def main():
    started = time.perf_counter()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    paths = node(ROOT / "benchmarks/ours/tokenize_text.js", 10)[0]
    english = split(Path(paths["text"]).read_text("utf8"))
    small = english[:64]
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder else []
    samples = [part for path in files for part in split(sample(path))]
    fuzz = fuzzed(2000)
    learn_from = [*small, *(sound(text) for text in samples)]
    print(f"{len(english)} English documents, {len(samples)} of {len(files)} samples, {len(fuzz)} fuzzed strings", flush=True)

    with tempfile.TemporaryDirectory() as temporary:
        here = Path(temporary)

        def save(name, tokenizer):
            (here / name).mkdir()
            tokenizer.save(str(here / name / "tokenizer.json"))

        theirs = {
            "gpt2": gpt2(paths),
            "cl100k-style": train_bpe(learn_from, 8192, CL100K),
            "bert": train_bert(learn_from, 8192),
        }
        for name, tokenizer in theirs.items():
            save(name, tokenizer)
        names = ["bpe", "llama3", "wordpiece", "char", "word"]
        node(HERE / "train_tokenizers.js", here, lines=learn_from)
        for name in names:
            theirs[f"our-{name}"] = Tokenizer.from_file(str(here / f"our-{name}" / "tokenizer.json"))
        for name, tokenizer in theirs.items():
            compare(name, here / name, tokenizer, [*english, *samples, *fuzz])

        for name, pattern in [("bpe", None), ("llama3", CL100K)]:
            a = json.loads((here / f"our-{name}" / "tokenizer.json").read_text("utf8"))["model"]
            b = json.loads(train_bpe(learn_from, 8192, pattern).to_str())["model"]
            assert a["vocab"] == b["vocab"] and a["merges"] == b["merges"], f"{name}: other merges were learned"
            print(f"{name}: {len(a['merges'])} merges learned from equal documents are equal", flush=True)

        for name in theirs:
            for line in node(HERE / "ids_npm.js", here / name, lines=[*small[:8], *samples[::10], *fuzz]):
                print(f"{name}: {line}", flush=True)
    print(f"all equal, {time.perf_counter() - started:.0f} s")


main()
