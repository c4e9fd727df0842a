"""Reads a run's event files with tensorboard and compares every value with metrics.jsonl.

usage: python check_tensorboard.py RUN_FOLDER       needs: tensorboard; a run with "tensorboard": true
"""
import json
import sys
from pathlib import Path

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

run = Path(sys.argv[1])
events = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0})
events.Reload()
found = {(tag, scalar.step): scalar.value for tag in events.Tags()["scalars"] for scalar in events.Scalars(tag)}
expected = {}
for line in (run / "metrics.jsonl").read_text(encoding="utf8").splitlines():
    event = json.loads(line)
    folder = {"metric": "train", "evaluation": "evaluation"}.get(event["type"])
    for name, value in event["values"].items() if folder else []:
        expected[f"{folder}/{name}", event["step"]] = value
assert found.keys() == expected.keys(), found.keys() ^ expected.keys()
off = [key for key, value in expected.items() if np.float32(value) != np.float32(found[key])]
assert not off, off[:5]
print(f"{len(found)} values of {len({tag for tag, _ in found})} tags: equal")
