"""Peer of `ingest --case wiki`: gensim's extract_pages and filter_wiki, on one core. usage: python peers/ingest_wiki.py MEGABYTES

It reads the first 20 MB of the pages at most: the rest would be more of the same.
"""
import bz2
import importlib.metadata
import sys

from gensim.corpora.wikicorpus import extract_pages, filter_wiki
from ingest_common import files, report

corpus = files("wiki", sys.argv[1])
most = min(20_000_000, corpus["bytes"])


class Counted:
    """Counts what is read of a file, and ends it after `most` bytes."""

    def __init__(self, file):
        self.file = file
        self.bytes = 0

    def read(self, size=-1):
        data = b"" if self.bytes >= most else self.file.read(size)
        self.bytes += len(data)
        return data


def job():
    documents = 0
    text = 0
    source = Counted(bz2.BZ2File(corpus["path"]))
    try:
        for title, content, page in extract_pages(source, filter_namespaces=("0",)):
            if content is None or content.lstrip()[:9].upper() == "#REDIRECT":
                continue
            text += len(filter_wiki(content))
            documents += 1
    except SyntaxError:
        # The file was ended inside a page.
        pass
    return f"{documents} documents of {text / 1e6:.1f} M characters from the first {most / 1e6:.0f} MB; MB of XML"


report(most, job, f"gensim {importlib.metadata.version('gensim')}")
