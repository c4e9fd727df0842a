"""What `pipeline inspect` says of a run's newest checkpoint, against transformers and NumPy on the same weights: attention of every layer
and head, rows that sum to 1, the lens of the last layer, which is the model's own answer, and neighbours by brute force. In float32 (the
backend cpu), within 1e-4.

usage: python check_inspect.py RUN [RUN …]
needs: numpy torch transformers safetensors; Node with this checkout built
"""
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM

ROOT = Path(__file__).resolve().parents[2]
TEXT = "The captain saw the white whale, and the whale saw him."
EMBEDDINGS = ("transformer.wte.weight", "model.embed_tokens.weight", "bert.embeddings.word_embeddings.weight")


def ask(run, what, *options):
    command = ["node", str(ROOT / "apps/cli/bin/pipeline.js"), "inspect", what, str(run), "--json", "--backend", "cpu", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{what} of {run}: {done.stderr}")
    return json.loads(done.stdout)


def check(run):
    step = ask(run, "about")["steps"][-1]
    folder = run / "checkpoints" / f"step-{step:06d}"
    masked = AutoConfig.from_pretrained(folder).model_type == "bert"
    kind = AutoModelForMaskedLM if masked else AutoModelForCausalLM
    model = kind.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()

    found = ask(run, "attention", "--text", TEXT)
    ids = [token["id"] for token in found["tokens"]]
    with torch.no_grad():
        theirs = model(torch.tensor([ids]), output_attentions=True)
    off, sums = 0.0, 0.0
    for each in found["maps"]:
        ours = np.array(each["weights"]).reshape(len(ids), len(ids))
        expected = theirs.attentions[each["layer"]][0, each["head"]].numpy()
        off = max(off, float(np.abs(ours - expected).max()))
        sums = max(sums, float(np.abs(ours.sum(axis=1) - 1).max()))
    assert len(found["maps"]) == found["layers"] * found["heads"] == sum(a.shape[1] for a in theirs.attentions)
    assert off < 1e-4 and sums < 1e-4, (off, sums)

    lens = ask(run, "lens", "--text", TEXT, "--limit", "5")
    chances = torch.softmax(theirs.logits[0].double(), dim=-1).numpy()
    answer = lens["rows"][-1]["cells"]
    assert [token["id"] for token in lens["tokens"]] == ids[: len(answer)]
    read = 0.0
    for place, cell in enumerate(answer):
        for token in cell["top"]:
            read = max(read, abs(token["probability"] - chances[place, token["id"]]))
        assert cell["top"][0]["probability"] >= chances[place].max() - 1e-4
    assert read < 1e-4, read

    weights = load_file(folder / "model.safetensors")
    table = next(weights[name] for name in EMBEDDINGS if name in weights).astype(np.float64)
    cosine = 0.0
    for token in ids[:4]:
        near = ask(run, "neighbors", "--id", str(token), "--limit", "10")
        all_of_them = table @ table[token] / np.linalg.norm(table, axis=1) / np.linalg.norm(table[token])
        all_of_them[token] = -2
        best = np.sort(all_of_them)[::-1][:10]
        for theirs_best, ours in zip(best, near["neighbors"], strict=True):
            cosine = max(cosine, abs(ours["similarity"] - theirs_best), abs(all_of_them[ours["id"]] - theirs_best))
    assert cosine < 1e-4, cosine
    print(f"{run}: {len(found['maps'])} heads within {off:.1e} of transformers, rows sum to 1 within {sums:.1e}; the last lens within {read:.1e} of "
          f"its probabilities; neighbours by brute force within {cosine:.1e}")


torch.set_num_threads(2)
for each in sys.argv[1:]:
    check(Path(each))
