"""The peer of `checkpoint`: the same tensors by Python's safetensors, and by pyarrow as a table of one row a tensor.

usage: python checkpoint.py write-safetensors|read-safetensors|write-parquet|read-parquet       needs: safetensors, numpy, pyarrow
"""
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import safetensors
from safetensors.numpy import load_file, save_file

V, T, C, LAYERS = 50257, 1024, 768, 12


def shapes():
    yield "transformer.wte.weight", (V, C)
    yield "transformer.wpe.weight", (T, C)
    for i in range(LAYERS):
        h = f"transformer.h.{i}"
        for name, shape in [("ln_1.weight", (C,)), ("ln_1.bias", (C,)), ("attn.c_attn.weight", (C, 3 * C)), ("attn.c_attn.bias", (3 * C,)),
                            ("attn.c_proj.weight", (C, C)), ("attn.c_proj.bias", (C,)), ("ln_2.weight", (C,)), ("ln_2.bias", (C,)),
                            ("mlp.c_fc.weight", (C, 4 * C)), ("mlp.c_fc.bias", (4 * C,)), ("mlp.c_proj.weight", (4 * C, C)), ("mlp.c_proj.bias", (C,))]:
            yield f"{h}.{name}", shape
    yield "transformer.ln_f.weight", (C,)
    yield "transformer.ln_f.bias", (C,)


def flush(path):
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def resident():
    """Bytes in memory now, where the system tells; elsewhere the most there have been."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    except OSError:
        return peak()


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1024 if sys.platform == "linux" else 1)


def main():
    name, *given = sys.argv[1:]
    reads = name.startswith("read")
    size = sum(4 * int(np.prod(shape)) for _, shape in shapes())
    folder = given[0] if given else tempfile.mkdtemp(prefix="sluice-bench-")
    path = os.path.join(folder, "weights")
    tensors = {}
    if given or not reads:
        for key, shape in shapes():
            tensors[key] = ((np.arange(np.prod(shape), dtype=np.int32) % 8191) / np.float32(8191) - np.float32(0.5)).astype(np.float32).reshape(shape)

    def write_safetensors():
        save_file(tensors, path)
        flush(path)

    def write_parquet():
        writer = None
        for key, tensor in tensors.items():
            values = pa.ListArray.from_arrays(pa.array([0, tensor.size], pa.int32()), pa.array(tensor.ravel()))
            table = pa.table({"name": [key], "shape": [list(tensor.shape)], "values": values})
            writer = writer or pq.ParquetWriter(path, table.schema, compression="none", use_dictionary=False)
            writer.write_table(table)
        writer.close()
        flush(path)

    def read_parquet():
        table = pq.read_table(path)
        return [chunk.values.to_numpy() for chunk in table["values"].chunks]

    actions = {"write-safetensors": write_safetensors, "read-safetensors": lambda: load_file(path), "write-parquet": write_parquet, "read-parquet": read_parquet}
    if given:
        return actions[name]()
    try:
        if reads:
            # Who reads has never held the weights.
            subprocess.run([sys.executable, __file__, name.replace("read", "write"), folder], check=True)
        before = resident()
        seconds = []
        for _ in range(4):
            started = time.perf_counter()
            result = actions[name]()
            seconds.append(time.perf_counter() - started)
            # Not within what is measured, as it is not in ours.
            del result
        first, *others = (size / 1e6 / each for each in seconds)
        again = statistics.median(others)
        above = f"{round((peak() - before - (size if reads else 0)) / 1e6)} MB above the weights"
        line = {
            "value": first if reads else again,
            "rss_mb": round(peak() / 1e6),
            "note": f"{above}; again {again:.0f} MB/s" if reads else above,
            "versions": f"safetensors {safetensors.__version__}, pyarrow {pa.__version__}",
        }
        print(json.dumps(line))
    finally:
        shutil.rmtree(folder)


main()
