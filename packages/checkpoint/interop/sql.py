"""Three questions to the weights of a run's checkpoints in SQL: see docs/weights-in-sql.md.

usage: python sql.py runs/NAME        needs: duckdb pyarrow numpy (last run with 2.0, 26.0 and 2.4); checkpoints in Parquet
"""
import sys

import duckdb
import numpy as np
import pyarrow as pa

QUERIES = {
    "Names, shapes, sizes": """
        select name, shape, list_product(shape)::bigint as numbers, sum(octet_length(bytes)) as bytes
        from latest group by name, shape order by numbers desc, name limit 6""",
    "Norms, step by step": """
        select name, step, sqrt(sum(list_dot_product(floats(bytes), floats(bytes)))) as norm, max(list_max(floats(bytes))) as largest
        from pieces where name in ('transformer.wte.weight', 'transformer.h.0.attn.c_attn.weight')
        group by name, step order by name, step""",
    "What training has changed most, in proportion to what was there": """
        select a.name, sqrt(sum(list_distance(floats(a.bytes), floats(b.bytes)) ** 2)
                            / sum(list_dot_product(floats(a.bytes), floats(a.bytes)))) as change
        from pieces a join latest b using (name, "offset")
        where a.step = 0 and a.name like '%.weight' and a.name not like '%ln_%'
        group by a.name order by change desc limit 6""",
}


def floats(pieces):
    """The float32 values of each piece, where they lie: no copy."""
    pieces = pieces.combine_chunks() if isinstance(pieces, pa.ChunkedArray) else pieces
    _, offsets, values = pieces.buffers()
    at = np.frombuffer(offsets, np.int32)[pieces.offset : pieces.offset + len(pieces) + 1] // 4
    return pa.ListArray.from_arrays(pa.array(at), pa.Array.from_buffers(pa.float32(), len(values) // 4, [None, values]))


db = duckdb.connect()
db.create_function("floats", floats, ["BLOB"], "FLOAT[]", type="arrow")
db.sql(f"""
    create view pieces as
    select regexp_extract(filename, 'step-(\\d+)', 1)::int as step, name, shape, "offset", bytes
    from read_parquet('{sys.argv[1]}/checkpoints/*/weights.parquet', filename = true)""")
db.sql("create view latest as select * from pieces where step = (select max(step) from pieces)")
for title, query in QUERIES.items():
    print(f"{title}\n{db.sql(query)}")
