"""Peer of `tokenize`: tiktoken with GPT-2's ranks, made from its vocabulary, on all cores or as many threads as it is told.

usage: python peers/tokenizers_tiktoken.py encode-gpt2 MEGABYTES [THREADS]
"""
import json
import os
import sys
import time

import tiktoken
from tokenizers_common import files, read, report, split

PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"


def characters():
    """GPT-2's way to write bytes as characters."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = iter(range(0x100, 0x200))
    return {chr(byte) if byte in printable else chr(next(others)): byte for byte in range(256)}


def main():
    paths = files(int(sys.argv[2]))
    threads = int(sys.argv[3]) if len(sys.argv) > 3 else os.cpu_count()
    byte_of = characters()
    vocab = json.loads(read(paths["encoder"]))
    end = vocab.pop("<|endoftext|>")
    ranks = {bytes(byte_of[c] for c in token): rank for token, rank in vocab.items()}
    encoding = tiktoken.Encoding("gpt2", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens={"<|endoftext|>": end})
    documents = split(read(paths["text"]))
    encoding.encode_ordinary_batch(split(read(files(1)["text"]).upper()), num_threads=threads)
    started = time.perf_counter()
    ids = sum(len(each) for each in encoding.encode_ordinary_batch(documents, num_threads=threads))
    seconds = time.perf_counter() - started
    report(documents, seconds, f"{ids} ids, {threads} threads", f"tiktoken {tiktoken.__version__}")


main()
