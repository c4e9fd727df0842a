"""The peer of `train`: one GPT-2 training step in PyTorch, compiled; on the CPU, and where ours takes TensorFlow and there is a GPU, on it.

usage: python train_torch.py XS|S|M bf16|f32 [dropout]       needs: torch, numpy
Ends with one line of JSON: tokens per second from the median step after the warm-up, and the peak resident memory.
"""
import json
import os
import resource
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
WARM_UP = 3


class Attention(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.c_attn = nn.Linear(width, 3 * width)
        self.c_proj = nn.Linear(width, width)

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (part.view(b, t, self.heads, c // self.heads).transpose(1, 2) for part in self.c_attn(x).split(c, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=self.dropout if self.training else 0.0)
        return self.c_proj(y.transpose(1, 2).reshape(b, t, c))


class Block(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = Attention(width, heads, dropout)
        self.c_fc, self.c_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        x = x + self.drop(self.attn(self.ln_1(x)))
        return x + self.drop(self.c_proj(F.gelu(self.c_fc(self.ln_2(x)), approximate="tanh")))


class GPT2(nn.Module):
    def __init__(self, shape, dropout):
        super().__init__()
        width = shape["width"]
        self.wte = nn.Embedding(shape["vocabSize"], width)
        self.wpe = nn.Embedding(shape["blockSize"], width)
        self.drop = nn.Dropout(dropout)
        self.h = nn.ModuleList(Block(width, shape["heads"], dropout) for _ in range(shape["layers"]))
        self.ln_f = nn.LayerNorm(width)
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def forward(self, ids, targets):
        x = self.drop(self.wte(ids) + self.wpe.weight[: ids.shape[1]])
        for block in self.h:
            x = block(x)
        logits = self.ln_f(x) @ self.wte.weight.t()
        return F.cross_entropy(logits.view(-1, logits.shape[-1]).float(), targets.reshape(-1))


def main():
    name, precision = sys.argv[1], sys.argv[2]
    dropout = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
    with open(os.path.join(HERE, "..", "shapes.json"), encoding="utf8") as file:
        shape = json.load(file)[name]
    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(0)
    gpu = os.environ.get("SLUICE_BACKEND") == "tensorflow" and torch.cuda.is_available()
    device = "cuda" if gpu else "cpu"
    model = GPT2(shape, dropout).to(device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    compiled = torch.compile(model)
    batch, length = shape["batchSize"], shape["blockSize"]
    rows = torch.randint(0, shape["vocabSize"], (batch, length + 1), device=device)

    seconds = []
    for _ in range(WARM_UP + shape["steps"]):
        started = time.perf_counter()
        with torch.autocast(device, dtype=torch.bfloat16, enabled=precision == "bf16"):
            loss = compiled(rows[:, :-1], rows[:, 1:])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        loss.item()
        if gpu:
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
    median = statistics.median(seconds[WARM_UP:])
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1 << 20)
    note = f"{median * 1e3:.0f} ms/step" + (f", {torch.cuda.max_memory_allocated() >> 20} MB of the GPU" if gpu else "")
    print(json.dumps({"value": batch * length / median, "rss_mb": rss, "note": note, "versions": f"torch {torch.__version__} on {device}"}))


main()
