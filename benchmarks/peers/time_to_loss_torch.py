"""The peer of `time-to-loss`: the same model and text in PyTorch on the CPU.

usage: python time_to_loss_torch.py f32|bf16 eager|compiled <loss>|step [seed]       needs: torch, numpy
Ends with one line of JSON: seconds of training until the held-out loss, making batches, evaluation and compilation left out, and the
curve. With `step` in the loss's place: milliseconds of a step, the median of the last 250 of 300 without evaluation.
"""
import json
import math
import os
import resource
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
BLOCK, BATCH, STEPS, EVERY, WARM_UP = 64, 12, 2000, 250, 100
WIDTH, LAYERS, HEADS = 128, 4, 4


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.c_attn, self.attn_proj = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.c_fc, self.c_proj = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (part.view(b, t, HEADS, c // HEADS).transpose(1, 2) for part in self.c_attn(self.ln_1(x)).split(c, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.attn_proj(y.transpose(1, 2).reshape(b, t, c))
        return x + self.c_proj(F.gelu(self.c_fc(self.ln_2(x)), approximate="tanh"))


class Model(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocabulary, WIDTH), nn.Embedding(BLOCK, WIDTH)
        self.h = nn.ModuleList(Block() for _ in range(LAYERS))
        self.ln_f = nn.LayerNorm(WIDTH)
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif parameter.dim() == 2:
                residual = name.endswith("_proj.weight")
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * LAYERS) if residual else 0.02)

    def forward(self, ids, targets):
        x = self.wte(ids) + self.wpe.weight[: ids.shape[1]]
        for block in self.h:
            x = block(x)
        logits = self.ln_f(x) @ self.wte.weight.t()
        return F.cross_entropy(logits.view(-1, logits.shape[-1]).float(), targets.reshape(-1))


def corpus():
    path = os.path.join(HERE, "..", "..", "node_modules", "@stdlib", "datasets-moby-dick", "data", "data.txt")
    with open(path, encoding="utf8", newline="") as file:
        text = file.read()
    place = {character: i for i, character in enumerate(sorted(set(text)))}
    return torch.tensor([place[character] for character in text]), len(place)


def rate(step):
    if step <= WARM_UP:
        return 1e-3 * step / WARM_UP
    return 1e-4 + 9e-4 * 0.5 * (1 + math.cos(math.pi * (step - WARM_UP) / (STEPS - WARM_UP)))


def main():
    precision, how, target = sys.argv[1:4]
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    only_steps = target == "step"
    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(seed)
    ids, vocabulary = corpus()
    cut = int(len(ids) * 0.9)
    held = ids[cut:]
    rows = (len(held) - 1) // BLOCK
    held_rows = torch.stack([held[i * BLOCK : i * BLOCK + BLOCK + 1] for i in range(rows)])
    model = Model(vocabulary)
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), fused=True)
    called = torch.compile(model) if how == "compiled" else model
    autocast = lambda: torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16")

    def batch():
        starts = torch.randint(cut - BLOCK - 1, (BATCH,))
        return torch.stack([ids[i : i + BLOCK + 1] for i in starts])

    def evaluate():
        with torch.no_grad(), autocast():
            parts = [(model(part[:, :-1], part[:, 1:]).item(), len(part)) for part in held_rows.split(256)]
        return sum(loss * count for loss, count in parts) / sum(count for _, count in parts)

    def backward(rows):
        with autocast():
            loss = called(rows[:, :-1], rows[:, 1:])
        loss.backward()

    backward(batch())  # compiles
    optimizer.zero_grad(set_to_none=True)
    curve, each = [] if only_steps else [(0, 0.0, evaluate())], []
    for step in range(1, (300 if only_steps else STEPS) + 1):
        rows = batch()
        started = time.perf_counter()
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        backward(rows)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        each.append(time.perf_counter() - started)
        if step % EVERY == 0 and not only_steps:
            curve.append((step, sum(each), evaluate()))
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1 << 20)
    line = {"rss_mb": rss, "versions": f"torch {torch.__version__}"}
    if only_steps:
        print(json.dumps({"value": 1000 * statistics.median(each[-250:]), **line}))
        return
    target = float(target)
    value = math.inf
    for (_, before_s, before), (_, after_s, after) in zip(curve, curve[1:]):
        if after <= target:
            value = before_s + (after_s - before_s) * (before - target) / (before - after)
            break
    note = f"{sum(each):.1f} s in all, ends at {curve[-1][2]:.3f}"
    told = [[step, round(s, 2), round(loss, 4)] for step, s, loss in curve]
    print(json.dumps({"value": value, "note": note, **line, "curve": told}))


main()
