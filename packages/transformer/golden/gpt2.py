"""Makes gpt2.json: tiny random GPT2LMHeadModels of Hugging Face transformers, with logits, loss and all gradients.

    python packages/transformer/golden/gpt2.py        (needs torch and transformers; last made with 2.15 and 5.23)

Arrays are base64 of little-endian float32, row-major.
"""
import base64
import json
import pathlib

import torch
from transformers import GPT2Config, GPT2LMHeadModel


def packed(tensor):
    array = tensor.detach().to(torch.float32).contiguous().numpy()
    return {"shape": list(array.shape), "data": base64.b64encode(array.astype("<f4").tobytes()).decode()}


def case(name, **shape):
    torch.manual_seed(1)
    config = GPT2Config(resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, bos_token_id=0, eos_token_id=0, attn_implementation="eager", **shape)
    model = GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        # Far from the initialisation, so that no bias is 0, no norm 1 and attention is not nearly uniform.
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    ids = torch.randint(0, config.vocab_size, (2, config.n_positions + 1))
    logits = model(ids[:, :-1]).logits
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
    loss.backward()
    state = {key: value for key, value in model.state_dict().items() if key in dict(model.named_parameters())}
    json_config = json.loads(config.to_json_string(use_diff=False))
    keys = ["model_type", "vocab_size", "n_positions", "n_embd", "n_layer", "n_head", "n_inner", "activation_function",
            "resid_pdrop", "embd_pdrop", "attn_pdrop", "layer_norm_epsilon", "tie_word_embeddings"]
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
    case("tied", vocab_size=23, n_positions=8, n_embd=12, n_layer=2, n_head=3),
    case("untied, inner width given", vocab_size=11, n_positions=5, n_embd=8, n_layer=1, n_head=2, n_inner=20,
         tie_word_embeddings=False, layer_norm_epsilon=1e-3),
]
path = pathlib.Path(__file__).with_name("gpt2.json")
path.write_text(json.dumps({"cases": cases}, indent=1) + "\n")
