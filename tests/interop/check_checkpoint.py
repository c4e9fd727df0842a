"""Opens a run's newest checkpoint with the readers of the field and compares with ours.

usage: python check_checkpoint.py RUN_FOLDER [TEXT_FILE]
needs: numpy torch transformers tokenizers safetensors pyarrow; Node with this checkout built
"""
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch
from safetensors.numpy import load_file
from transformers import AutoTokenizer, GPT2LMHeadModel

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BOOK = ROOT / "node_modules" / "@stdlib" / "datasets-moby-dick" / "data" / "data.txt"


def newest(run):
    done = [step for step in (run / "checkpoints").iterdir() if (step / "DONE").exists()]
    return max((step for step in done if (step / "optimizer.safetensors").exists()), key=lambda step: step.name)


def read_parquet(path):
    tensors = {}
    for row in pq.read_table(path).to_pylist():
        shape = row["shape"] if isinstance(row["shape"], list) else json.loads(row["shape"])
        name = row["name"]
        if name not in tensors:
            count = int(np.prod(shape, dtype=np.int64))
            tensors[name] = (bytearray(count * 4), row["dtype"], shape)
        start = int(row["offset"])
        tensors[name][0][start : start + len(row["bytes"])] = row["bytes"]
    return {name: np.frombuffer(data, dtype=np.float32).reshape(shape) for name, (data, _, shape) in tensors.items()}


def ours(script, *arguments, lines=None):
    text = "\n".join(json.dumps(line) for line in lines) if lines is not None else None
    done = subprocess.run(["node", str(HERE / script), *map(str, arguments)], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{script} failed: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    checkpoint = newest(Path(sys.argv[1]))
    book = Path(sys.argv[2]) if len(sys.argv) > 2 else BOOK
    print(f"checkpoint {checkpoint.name}")

    weights = load_file(checkpoint / "model.safetensors")
    if (checkpoint / "weights.parquet").exists():
        other = read_parquet(checkpoint / "weights.parquet")
        assert weights.keys() == other.keys(), set(weights) ^ set(other)
        for name, value in weights.items():
            assert value.shape == other[name].shape and value.tobytes() == other[name].tobytes(), name
        print(f"safetensors and Parquet: {len(weights)} tensors, equal bytes")

    model = GPT2LMHeadModel.from_pretrained(checkpoint, dtype=torch.float32).eval()
    length = min(64, model.config.n_positions)
    rows = [[(7 * i + 13 * row) % model.config.vocab_size for i in range(length)] for row in range(2)]
    with torch.no_grad():
        theirs = model(torch.tensor(rows)).logits.numpy()
    mine = np.array(ours("logits.js", checkpoint, lines=rows), dtype=np.float32).reshape(theirs.shape)
    worst = float(np.abs(mine - theirs).max())
    assert worst < 1e-4, f"logits differ by {worst}"
    print(f"logits: largest difference {worst:.2e}")

    lines = [line for line in book.read_text(encoding="utf8").split("\n") if line][:1000]
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    mine = ours("ids.js", checkpoint, lines=lines)
    for line, ids in zip(lines, mine, strict=True):
        assert tokenizer(line, add_special_tokens=False)["input_ids"] == ids, line
        assert tokenizer.decode(ids, clean_up_tokenization_spaces=False) == line, line
    print(f"tokenizer: equal ids on {len(lines)} lines")


main()
