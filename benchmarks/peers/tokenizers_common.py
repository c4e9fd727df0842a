"""The text of `tokenize`, as ours/tokenize.js reads it."""
import json
import os
import resource
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def files(megabytes):
    return json.loads(subprocess.check_output(["node", os.path.join(HERE, "..", "ours", "tokenize_text.js"), str(megabytes)]))


def read(path):
    with open(path, encoding="utf8", newline="") as file:
        return file.read()


def split(text):
    documents, at = [], 0
    while at < len(text):
        line = text.find("\n", at + 16384)
        end = len(text) if line < 0 else line + 1
        documents.append(text[at:end])
        at = end
    return documents


def junk():
    return [word * (100_000 // len(word)) for word in ["a", "ab", "the", "!", "é", " ", "\u5b57", "xyzzy", "=-", "whale"]]


def report(documents, seconds, note, versions):
    size = sum(len(document.encode()) for document in documents)
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1 << 20)
    print(json.dumps({"value": size / 1e6 / seconds, "rss_mb": rss, "note": note, "versions": versions}))
