"""Peer of `ingest --case warc`: FastWARC, each record's text and fields as a document. usage: python peers/ingest_warc.py MEGABYTES"""
import importlib.metadata
import sys

from fastwarc.warc import ArchiveIterator, WarcRecordType
from ingest_common import files, report

corpus = files("warc", sys.argv[1])


def job():
    documents = 0
    file = open(corpus["path"], "rb")
    for record in ArchiveIterator(file, record_types=WarcRecordType.conversion):
        document = {
            "id": record.headers["WARC-Record-ID"],
            "url": record.headers["WARC-Target-URI"],
            "created": record.record_date,
            "lang": record.headers["WARC-Identified-Content-Language"],
            "text": record.reader.read().decode("utf-8", "replace"),
        }
        documents += 1 if document["text"] else 0
    return f"{documents} documents; MB of WARC as unpacked"


report(corpus["bytes"], job, f"FastWARC {importlib.metadata.version('fastwarc')}")
