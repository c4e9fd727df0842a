"""The peer of `generate`: Hugging Face transformers, greedy, with its cache of keys and values.

usage: python generate_hf.py XS|S|M f32|bf16 [gpt2|llama] [prompts]       needs: torch, transformers
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


def llama(shape):
    width, heads = shape["width"], shape["heads"]
    config = transformers.LlamaConfig(
        vocab_size=shape["vocabSize"],
        max_position_embeddings=shape["blockSize"],
        hidden_size=width,
        intermediate_size=-(-8 * width // 3 // 32) * 32,
        num_hidden_layers=shape["layers"],
        num_attention_heads=heads,
        num_key_value_heads=heads // 2,
        bos_token_id=0,
        eos_token_id=None,
    )
    return transformers.LlamaForCausalLM(config).eval()


def main():
    name, precision = sys.argv[1], sys.argv[2]
    family = sys.argv[3] if len(sys.argv) > 3 else "gpt2"
    rows = sys.argv[4] if len(sys.argv) > 4 else "1"
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
    model = transformers.GPT2LMHeadModel(config).eval() if family == "gpt2" else llama(shape)
    if precision == "bf16":
        model = model.to(torch.bfloat16)
    prompt = torch.randint(0, shape["vocabSize"], (int(rows), PROMPT))
    count = min(200, shape["blockSize"] - PROMPT)
    seconds = 0.0
    for _ in range(2):  # the first run warms up
        started = time.perf_counter()
        found = model.generate(
            prompt,
            attention_mask=torch.ones_like(prompt),
            max_new_tokens=count,
            min_new_tokens=count,
            do_sample=False,
            use_cache=True,
            pad_token_id=0,
        )
        seconds = time.perf_counter() - started
        assert found.shape[1] == PROMPT + count
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1 << 20)
    versions = f"transformers {transformers.__version__}, torch {torch.__version__}"
    print(json.dumps({"value": int(rows) * count / seconds, "rss_mb": rss, "note": f"{seconds / count * 1e3:.2f} ms a step", "versions": versions}))


main()
