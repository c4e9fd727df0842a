"""Directories of several files, both ways: transformers writes a GPT-2, a Llama and a BERT, we read them, compute and write them
anew, transformers opens what we wrote. Logits must agree within 1e-4, and no name be missing or too many.

usage: python check_families.py
needs: numpy torch transformers; Node with this checkout built
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from transformers import BertConfig, BertForMaskedLM, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

HERE = Path(__file__).resolve().parent
CASES = {
    "gpt2": (GPT2LMHeadModel, GPT2Config(vocab_size=211, n_positions=24, n_embd=48, n_layer=3, n_head=4)),
    "gpt2, untied": (GPT2LMHeadModel, GPT2Config(vocab_size=211, n_positions=24, n_embd=48, n_layer=2, n_head=4, tie_word_embeddings=False)),
    "llama": (LlamaForCausalLM, LlamaConfig(
        vocab_size=211, max_position_embeddings=24, hidden_size=48, intermediate_size=80, num_hidden_layers=3, num_attention_heads=6,
        num_key_value_heads=2)),
    "llama, tied": (LlamaForCausalLM, LlamaConfig(
        vocab_size=211, max_position_embeddings=24, hidden_size=48, intermediate_size=80, num_hidden_layers=2, num_attention_heads=4,
        tie_word_embeddings=True)),
    "bert": (BertForMaskedLM, BertConfig(
        vocab_size=211, max_position_embeddings=24, hidden_size=48, intermediate_size=80, num_hidden_layers=3, num_attention_heads=4)),
}


def main():
    torch.set_num_threads(1)
    for name, (kind, config) in CASES.items():
        torch.manual_seed(3)
        model = kind(config).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.1)
            ids = torch.randint(0, config.vocab_size, (1, 24))
            expected = model(ids).logits[0].numpy()
        with tempfile.TemporaryDirectory() as folder:
            theirs, ours = Path(folder, "theirs"), Path(folder, "ours")
            model.save_pretrained(theirs, max_shard_size="20KB")
            done = subprocess.run(
                ["node", str(HERE / "families.js"), str(theirs), str(ours)], input=json.dumps(ids[0].tolist()), capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"{name}: {done.stderr}")
            found = np.array(json.loads(done.stdout)).reshape(expected.shape)
            again, info = kind.from_pretrained(ours, output_loading_info=True)
            for each in ("missing_keys", "unexpected_keys", "mismatched_keys"):
                assert not info[each], (name, each, info[each])
            with torch.no_grad():
                back = again.eval()(ids).logits[0].numpy()
            shards = [len(list(path.glob("model-*.safetensors"))) for path in (theirs, ours)]
            assert min(shards) > 1, shards
            off = [float(np.abs(each - expected).max()) for each in (found, back)]
            print(f"{name}: {shards[0]} files of theirs, {shards[1]} of ours; our logits within {off[0]:.1e}, theirs of our files within {off[1]:.1e}")
            assert max(off) < 1e-4, name


main()
