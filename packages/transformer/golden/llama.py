"""Makes llama.json: tiny random LlamaForCausalLMs of Hugging Face transformers, with logits, loss and all gradients.

    python packages/transformer/golden/llama.py        (needs torch and transformers; last made with 2.15 and 5.23)

Arrays are base64 of little-endian float32, row-major.
"""
import base64
import json
import pathlib

import torch
from transformers import LlamaConfig, LlamaForCausalLM


def packed(tensor):
    array = tensor.detach().to(torch.float32).contiguous().numpy()
    return {"shape": list(array.shape), "data": base64.b64encode(array.astype("<f4").tobytes()).decode()}


def case(name, **shape):
    torch.manual_seed(1)
    config = LlamaConfig(bos_token_id=0, eos_token_id=0, attn_implementation="eager", **shape)
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        # Far from the initialisation, so that no norm is 1 and attention is not nearly uniform.
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    ids = torch.randint(0, config.vocab_size, (2, config.max_position_embeddings + 1))
    logits = model(ids[:, :-1]).logits
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
    loss.backward()
    state = {key: value for key, value in model.state_dict().items() if key in dict(model.named_parameters())}
    json_config = json.loads(config.to_json_string(use_diff=False))
    keys = ["model_type", "vocab_size", "max_position_embeddings", "hidden_size", "intermediate_size", "num_hidden_layers",
            "num_attention_heads", "num_key_value_heads", "head_dim", "hidden_act", "rms_norm_eps", "rope_theta",
            "rope_parameters", "attention_bias", "mlp_bias", "tie_word_embeddings"]
    return {
        "name": name,
        "config": {key: json_config[key] for key in keys if key in json_config},
        "ids": ids.flatten().tolist(),
        "rows": 2,
        "weights": {key: packed(value) for key, value in state.items()},
        "logits": packed(logits),
        "attentions": [packed(each[0]) for each in model(ids[:1, :-1], output_attentions=True).attentions],
        "loss": loss.item(),
        "gradients": {key: packed(value.grad) for key, value in model.named_parameters()},
    }


cases = [
    case("shared keys", vocab_size=23, max_position_embeddings=8, hidden_size=16, intermediate_size=20,
         num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2),
    case("tied, no keys shared", vocab_size=11, max_position_embeddings=5, hidden_size=12, intermediate_size=9,
         num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2, tie_word_embeddings=True, rms_norm_eps=1e-3),
]
path = pathlib.Path(__file__).with_name("llama.json")
path.write_text(json.dumps({"cases": cases}, indent=1) + "\n")
