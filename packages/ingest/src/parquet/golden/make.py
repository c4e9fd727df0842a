"""Parquet files by pyarrow, and the rows in them. usage: python make.py"""
import json
import os

import pyarrow as pa
import pyarrow.parquet as pq

HERE = os.path.dirname(os.path.abspath(__file__))
rows = [
    {
        "id": f"doc-{i}",
        "content": None if i == 7 else f"Whale № {i}: " + "the white whale. " * (i % 3),
        "url": "https://example.org/" if i % 2 else None,
        "date": 1577836800000 + i * 1000,
        "tags": ["sea", f"chapter {i % 4}"] if i % 3 else None,
        "meta": {"author": {"name": "H. M."}, "score": i / 4},
        "large": 2**53 + 1 + i,
        "flag": i % 5 == 0,
    }
    for i in range(40)
]
schema = pa.schema(
    [
        ("id", pa.string()),
        ("content", pa.large_string()),
        ("url", pa.string()),
        ("date", pa.timestamp("ms", tz="UTC")),
        ("tags", pa.list_(pa.string())),
        ("meta", pa.struct([("author", pa.struct([("name", pa.string())])), ("score", pa.float64())])),
        ("large", pa.int64()),
        ("flag", pa.bool_()),
    ]
)
table = pa.Table.from_pylist(rows, schema=schema)
for codec in ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]:
    version = "2.0" if codec in ("zstd", "brotli") else "1.0"
    pq.write_table(
        table,
        os.path.join(HERE, f"{codec}.parquet"),
        compression=codec,
        row_group_size=16,
        data_page_version=version,
        use_dictionary=codec != "gzip",
        store_schema=False,
    )
with open(os.path.join(HERE, "rows.json"), "w", encoding="utf8") as file:
    json.dump([{"id": row["id"], "text": row["content"], "url": row["url"], "created": row["date"], "tags": row["tags"], "score": row["meta"]["score"], "large": str(row["large"]), "flag": row["flag"]} for row in rows], file)
