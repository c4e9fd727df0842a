"""Peer of `ingest --case parquet`: pyarrow's row groups to Python objects. usage: python peers/ingest_parquet.py MEGABYTES"""
import sys

import pyarrow
import pyarrow.parquet as pq
from ingest_common import files, report

path = files("parquet", sys.argv[1])["path"]


def job():
    file = pq.ParquetFile(path)
    return f"{sum(len(file.read_row_group(i).to_pylist()) for i in range(file.num_row_groups))} rows"


report(int(sys.argv[1]) * 1_000_000, job, f"pyarrow {pyarrow.__version__}")
