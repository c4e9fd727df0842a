"""Arrow IPC by pyarrow: a file and a stream, packed and not. The rows are those of ../../parquet/golden. usage: python make.py"""
import os

import pyarrow as pa
import pyarrow.parquet as pq

HERE = os.path.dirname(os.path.abspath(__file__))
table = pq.read_table(os.path.join(HERE, "../../parquet/golden/none.parquet"))
genre = pa.array([["sea", "land", None][i % 3] for i in range(table.num_rows)]).dictionary_encode()
table = table.append_column("genre", genre)
for name, new, codec in [
    ("none.arrow", pa.ipc.new_file, None),
    ("lz4.arrow", pa.ipc.new_file, "lz4"),
    ("zstd.arrows", pa.ipc.new_stream, "zstd"),
    ("none.arrows", pa.ipc.new_stream, None),
]:
    options = pa.ipc.IpcWriteOptions(compression=codec)
    with new(os.path.join(HERE, name), table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=16)
