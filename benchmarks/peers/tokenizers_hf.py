"""Peer of `tokenize`: Hugging Face tokenizers. encode_batch runs on all cores, training too.

usage: python peers/tokenizers_hf.py encode|train|worst-case MEGABYTES [VOCABULARY]
"""
import sys
import time

import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from tokenizers_common import files, junk, read, report, split


def train(documents, vocab_size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=2,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(documents, trainer)
    return tokenizer


def main():
    what, megabytes = sys.argv[1], int(sys.argv[2])
    vocab_size = int(sys.argv[3]) if len(sys.argv) > 3 else 8192
    documents = junk() if what == "worst-case" else split(read(files(megabytes)["text"]))
    if what == "train":
        started = time.perf_counter()
        tokenizer = train(documents, vocab_size)
        seconds = time.perf_counter() - started
        note = f"{tokenizer.get_vocab_size()} tokens"
    else:
        small = read(files(1)["text"])
        tokenizer = train(split(small), 8192)
        tokenizer.encode_batch(split(small.upper()))
        started = time.perf_counter()
        ids = sum(len(each.ids) for each in tokenizer.encode_batch(documents))
        seconds = time.perf_counter() - started
        note = f"{ids} ids"
    report(documents, seconds, note, f"tokenizers {tokenizers.__version__}")


main()
