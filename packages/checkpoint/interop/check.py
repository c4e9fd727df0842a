"""Reads a checkpoint directory with safetensors, pyarrow and transformers, and tells whether all of them see the same.

python check.py runs/NAME/checkpoints/step-000200    # safetensors 0.8, pyarrow 26, transformers 5.23
"""

import pathlib
import sys

import numpy as np
import pyarrow.parquet as pq
from safetensors.numpy import load_file

directory = pathlib.Path(sys.argv[1])
expected = load_file(directory / "model.safetensors")

table = pq.read_table(directory / "weights.parquet").to_pylist()
pieces: dict[str, list] = {}
for row in table:
    found = pieces.setdefault(row["name"], [row["dtype"], row["shape"], b""])
    assert row["offset"] == len(found[2]), row["name"]
    found[2] += row["bytes"]
assert pieces.keys() == expected.keys()
for name, (dtype, shape, data) in pieces.items():
    assert expected[name].dtype == dtype and list(expected[name].shape) == shape, name
    assert expected[name].tobytes() == data, name
    np.frombuffer(data, dtype).reshape(shape)
print(f"{len(expected)} tensors: safetensors and pyarrow read the same {sum(x.nbytes for x in expected.values())} bytes")

if (directory / "config.json").exists():
    from transformers import GPT2LMHeadModel

    model, info = GPT2LMHeadModel.from_pretrained(directory, output_loading_info=True)
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not info[kind], (kind, info[kind])
    loaded = model.state_dict()
    for name, array in expected.items():
        assert loaded[name].numpy().tobytes() == array.tobytes(), name
    print(f"transformers loads them as {type(model).__name__} without a missing or unexpected name")
