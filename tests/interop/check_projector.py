"""TensorBoard itself serves the folder that `pipeline inspect embeddings RUN --projector DIR` writes, on 127.0.0.1; its projector plugin is
asked for the runs, the config, the vectors and their names, which must be those of the checkpoint.

usage: python check_projector.py RUN DIR
needs: numpy safetensors tensorboard; DIR written from the newest checkpoint of RUN
"""
import json
import re
import sys
import urllib.parse
import urllib.request
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tensorboard import default, program

EMBEDDINGS = ("transformer.wte.weight", "model.embed_tokens.weight", "bert.embeddings.word_embeddings.weight")


def main():
    run, folder = Path(sys.argv[1]), sys.argv[2]
    board = program.TensorBoard(default.get_plugins())
    board.configure(argv=["tensorboard", "--logdir", folder, "--host", "127.0.0.1", "--port", "0", "--load_fast", "false"])
    address = board.launch()

    def get(route, **query):
        url = urllib.parse.urljoin(address, f"data/plugin/projector/{route}?{urllib.parse.urlencode(query)}")
        with urllib.request.urlopen(url) as answer:
            return answer.read()

    (name,) = json.loads(get("runs"))
    config = json.loads(get("info", run=name))
    (embedding,) = config["embeddings"]
    step = int(re.fullmatch(r"token vectors, step (\d+)", embedding["tensorName"])[1])
    weights = load_file(run / "checkpoints" / f"step-{step:06d}" / "model.safetensors")
    table = next(weights[each] for each in EMBEDDINGS if each in weights)
    assert embedding["tensorShape"] == list(table.shape), (embedding["tensorShape"], table.shape)
    raw = np.frombuffer(get("tensor", run=name, name=embedding["tensorName"], num_rows=len(table)), dtype=np.float32)
    vectors = raw.reshape(table.shape)
    off = float(np.abs(vectors - table).max() / np.abs(table).max())
    assert off < 1e-5, off
    head, *rows = get("metadata", run=name, name=embedding["tensorName"], num_rows=len(table)).decode().rstrip("\n").split("\n")
    assert head == "token\tid", head
    assert [int(row.split("\t")[1]) for row in rows] == list(range(len(table)))
    print(f"TensorBoard's projector serves {len(rows)} vectors of {table.shape[1]} numbers of step {step}, each with its token: within {off:.1e} of the checkpoint")


main()
