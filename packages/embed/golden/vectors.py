"""Makes vectors.json: principal axes and nearest neighbours of small tables by numpy, by its SVD and by brute force.

    python packages/embed/golden/vectors.py        (needs numpy; last made with 2.4.6)

Arrays are base64 of little-endian float32, row-major.
"""
import base64
import json
import pathlib

import numpy as np


def packed(array):
    return {"shape": list(array.shape), "data": base64.b64encode(array.astype("<f4").tobytes()).decode()}


def case(name, table, dimensions, queries):
    table = table.astype(np.float32)
    exact = table.astype(np.float64)
    centred = exact - exact.mean(0)
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    directions = exact / np.linalg.norm(exact, axis=1, keepdims=True)
    neighbors = []
    for query in queries:
        cosines = directions @ directions[query]
        others = np.delete(np.arange(len(table)), query)
        order = others[np.argsort(-cosines[others], kind="stable")][:7]
        neighbors.append({"row": query, "rows": order.tolist(), "cosines": cosines[order].tolist(), "mean": cosines[others].mean()})
    return {
        "name": name,
        "table": packed(table),
        "axes": packed(axes[:dimensions]),
        "explained": (singular**2 / (singular**2).sum())[:dimensions].tolist(),
        "points": packed(centred @ axes[:dimensions].T),
        "neighbors": neighbors,
    }


rng = np.random.default_rng(1)
clouds = rng.normal(size=(6, 24)) * 3
cases = [
    case("clouds", clouds[np.arange(90) % 6] + rng.normal(size=(90, 24)), 3, [0, 41, 89]),
    case("nearly round", rng.normal(size=(120, 20)) * 0.02, 3, [5]),
    case("more channels than rows", rng.normal(size=(9, 30)) * np.linspace(3, 1, 30), 3, [8]),
    case("a plane", rng.normal(size=(50, 2)) @ rng.normal(size=(2, 12)) + 5, 2, [7]),
]
path = pathlib.Path(__file__).with_name("vectors.json")
path.write_text(json.dumps({"cases": cases}, indent=1) + "\n")
