"""Peer of `ingest --case refine`: datatrove's Gopher and C4 filters; its exact deduplication works in passes over the disk, so a set of
hashes stands in for it. Documents in memory before the clock starts. It takes the first 5 MB of text at most: the rest would be more
of the same. usage: python peers/ingest_refine.py MEGABYTES"""
import hashlib
import importlib.metadata
import sys

from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter
from ingest_common import first_texts, report

documents = [Document(text=text, id=str(i)) for i, text in enumerate(first_texts("refine", sys.argv[1], 5_000_000))]
size = sum(len(document.text.encode()) for document in documents)
# spaCy, which cuts the words, is loaded by the first document.
GopherQualityFilter().filter(documents[0])


def job():
    gopher, c4, seen, left = GopherQualityFilter(), C4QualityFilter(), set(), 0
    for document in documents:
        if gopher.filter(document) is not True or c4.filter(document) is not True:
            continue
        key = hashlib.blake2b(document.text.lower().encode(), digest_size=8).digest()
        if key not in seen:
            seen.add(key)
            left += 1
    return f"{left} of {len(documents)} documents left"


report(size, job, f"datatrove {importlib.metadata.version('datatrove')}")
