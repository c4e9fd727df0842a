"""Makes trajectory.json: 20 steps of PyTorch's AdamW on a tiny GPT-2 of Hugging Face transformers.

    python packages/trainer/golden/trajectory.py      (needs torch and transformers; last made with 2.15 and 5.23)

Decay on parameters of two and more dimensions only, linear warm-up and cosine decay, clipping by global norm. Arrays are
base64 of little-endian float32, row-major.
"""
import base64
import json
import math
import pathlib

import torch
from transformers import GPT2Config, GPT2LMHeadModel

SHAPE = dict(vocab_size=31, n_positions=12, n_embd=16, n_layer=2, n_head=4)
TRAIN = dict(steps=20, learningRate=0.01, minLearningRate=0.001, warmup=5, weightDecay=0.1, betas=[0.9, 0.95],
             epsilon=1e-8, clip=0.5)


def packed(tensor):
    array = tensor.detach().to(torch.float32).contiguous().numpy()
    return {"shape": list(array.shape), "data": base64.b64encode(array.astype("<f4").tobytes()).decode()}


def learning_rate(step):
    if step <= TRAIN["warmup"]:
        return TRAIN["learningRate"] * step / TRAIN["warmup"]
    share = (step - TRAIN["warmup"]) / (TRAIN["steps"] - TRAIN["warmup"])
    span = TRAIN["learningRate"] - TRAIN["minLearningRate"]
    return TRAIN["minLearningRate"] + 0.5 * (1 + math.cos(math.pi * share)) * span


torch.manual_seed(2)
model = GPT2LMHeadModel(GPT2Config(resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, bos_token_id=0, eos_token_id=0, **SHAPE))
model.eval()
start = {key: packed(value) for key, value in model.named_parameters()}
matrices = [p for p in model.parameters() if p.dim() >= 2]
vectors = [p for p in model.parameters() if p.dim() < 2]
optimizer = torch.optim.AdamW(
    [{"params": matrices, "weight_decay": TRAIN["weightDecay"]}, {"params": vectors, "weight_decay": 0.0}],
    betas=tuple(TRAIN["betas"]), eps=TRAIN["epsilon"])
rows, width = 3, SHAPE["n_positions"] + 1
batches, losses, norms = [], [], []
for step in range(1, TRAIN["steps"] + 1):
    # Something to learn: counting upwards from a random start.
    ids = (torch.randint(0, SHAPE["vocab_size"], (rows, 1)) + torch.arange(width)) % SHAPE["vocab_size"]
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(step)
    logits = model(ids[:, :-1]).logits
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), TRAIN["clip"]).item())
    optimizer.step()
    batches.append(ids.flatten().tolist())
    losses.append(loss.item())

result = {"shape": SHAPE, "train": TRAIN, "rows": rows, "weights": start, "batches": batches, "losses": losses,
          "gradientNorms": norms, "final": {key: packed(value) for key, value in model.named_parameters()}}
path = pathlib.Path(__file__).with_name("trajectory.json")
path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
