"""Peer of `ingest --case jsonl`: datatrove's JsonlReader into its JsonlWriter. usage: python peers/ingest_jsonl.py MEGABYTES"""
import importlib.metadata
import os
import sys
import tempfile

from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from ingest_common import files, report

path = files("jsonl", sys.argv[1])["path"]


with tempfile.TemporaryDirectory() as folder:

    def job():
        reader = JsonlReader(os.path.dirname(path), glob_pattern=os.path.basename(path), compression=None, doc_progress=False)
        writer = JsonlWriter(folder, compression=None)
        for _ in writer.run(reader.run()):
            pass
        return f"{sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder)) // 1_000_000} MB written"

    report(os.path.getsize(path), job, f"datatrove {importlib.metadata.version('datatrove')}")
