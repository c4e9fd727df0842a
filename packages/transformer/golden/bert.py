"""Makes bert.json: tiny random BertForMaskedLMs of Hugging Face transformers, with logits, loss and all gradients.

    python packages/transformer/golden/bert.py        (needs torch and transformers; last made with 2.15 and 5.23)

Arrays are base64 of little-endian float32, row-major. The last id and label of each row are not read: rows are T + 1 wide, as
Sluice's blocks are.
"""
import base64
import json
import pathlib

import torch
from transformers import BertConfig, BertForMaskedLM


def packed(tensor):
    array = tensor.detach().to(torch.float32).contiguous().numpy()
    return {"shape": list(array.shape), "data": base64.b64encode(array.astype("<f4").tobytes()).decode()}


def case(name, **shape):
    torch.manual_seed(1)
    config = BertConfig(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="eager", **shape)
    model = BertForMaskedLM(config).eval()
    with torch.no_grad():
        # Far from the initialisation, so that no bias is 0, no norm 1 and attention is not nearly uniform.
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    width = config.max_position_embeddings + 1
    ids = torch.randint(0, config.vocab_size, (2, width))
    labels = torch.where(torch.rand(2, width) < 0.4, torch.randint(0, config.vocab_size, (2, width)), -100)
    types = (torch.arange(width - 1) >= width // 2).long().repeat(2, 1)
    model.zero_grad()
    loss = model(ids[:, :-1], labels=labels[:, :-1].contiguous()).loss
    loss.backward()
    parameters = dict(model.named_parameters())
    return {
        "name": name,
        "config": json.loads(config.to_json_string(use_diff=False)) | {"architectures": None},
        "ids": ids.flatten().tolist(),
        "labels": labels.flatten().tolist(),
        "token_types": types.flatten().tolist(),
        "rows": 2,
        "weights": {key: packed(value) for key, value in parameters.items()},
        "logits": packed(model(ids[:, :-1]).logits),
        "logits_of_two_texts": packed(model(ids[:, :-1], token_type_ids=types).logits),
        "attentions": [packed(each[0]) for each in model(ids[:1, :-1], output_attentions=True).attentions],
        "loss": loss.item(),
        "gradients": {key: packed(value.grad) for key, value in parameters.items()},
    }


cases = [
    case("two layers", vocab_size=23, max_position_embeddings=8, hidden_size=12, num_hidden_layers=2, num_attention_heads=3,
         intermediate_size=20),
    case("one layer", vocab_size=11, max_position_embeddings=5, hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
         intermediate_size=32, layer_norm_eps=1e-3),
]
path = pathlib.Path(__file__).with_name("bert.json")
path.write_text(json.dumps({"cases": cases}, indent=1) + "\n")
