"""The peer of `generate`: Hugging Face transformers, greedy, with its cache of keys and values.

usage: python generate_hf.py XS|S|M f32|bf16       needs: torch, transformers
Ends with one line of JSON: new tokens per second of the second run, the prompt's pass included, and the peak resident memory.
"""
import json
import os
import resource
import sys
import time

import torch
import transformers

HERE = os.path.dirname(os.path.abspath(__file__))
PROMPT = 16


def main():
    name, precision = sys.argv[1], sys.argv[2]
    with open(os.path.join(HERE, "..", "shapes.json"), encoding="utf8") as file:
        shape = json.load(file)[name]
    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(0)
    config = transformers.GPT2Config(
        vocab_size=shape["vocabSize"],
        n_positions=shape["blockSize"],
        n_embd=shape["width"],
        n_layer=shape["layers"],
        n_head=shape["heads"],
        bos_token_id=0,
        eos_token_id=None,
    )
    model = transformers.GPT2LMHeadModel(config).eval()
    if precision == "bf16":
        model = model.to(torch.bfloat16)
    prompt = torch.randint(0, shape["vocabSize"], (1, PROMPT))
    count = min(200, shape["blockSize"] - PROMPT)
    seconds = 0.0
    for _ in range(2):  # the first run warms up
        started = time.perf_counter()
        rows = model.generate(
            prompt,
            attention_mask=torch.ones_like(prompt),
            max_new_tokens=count,
            min_new_tokens=count,
            do_sample=False,
            use_cache=True,
            pad_token_id=0,
        )
        seconds = time.perf_counter() - started
        assert rows.shape[1] == PROMPT + count
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1 << 20)
    versions = f"transformers {transformers.__version__}, torch {torch.__version__}"
    print(json.dumps({"value": count / seconds, "rss_mb": rss, "note": f"{seconds / count * 1e3:.2f} ms/token", "versions": versions}))


main()
