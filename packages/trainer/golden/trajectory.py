"""Makes trajectory.json: 50 steps of PyTorch's AdamW on a tiny GPT-2, Llama and BERT of Hugging Face transformers.

    python packages/trainer/golden/trajectory.py      (needs torch and transformers; last made with 2.15 and 5.24)

Decay on parameters of two and more dimensions only, linear warm-up and cosine decay, clipping by global norm. Arrays are
base64 of little-endian float32, row-major. The last id and label of BERT's rows are not read: rows are T + 1 wide, as Sluice's
blocks are.
"""
import base64
import json
import math
import pathlib

import torch
from transformers import BertConfig, BertForMaskedLM, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

VOCABULARY, TIME, ROWS = 31, 12, 3
TRAIN = dict(steps=50, learningRate=0.01, minLearningRate=0.001, warmup=5, weightDecay=0.1, betas=[0.9, 0.95],
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


def next_token_loss(model, ids, labels):
    return torch.nn.functional.cross_entropy(model(ids[:, :-1]).logits.flatten(0, 1), ids[:, 1:].flatten())


def masked_loss(model, ids, labels):
    return model(ids[:, :-1], labels=labels[:, :-1].contiguous()).loss


def trajectory(name, make, config, loss_of):
    torch.manual_seed(2)
    model = make(config).eval()
    start = {key: packed(value) for key, value in model.named_parameters()}
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": TRAIN["weightDecay"]}, {"params": vectors, "weight_decay": 0.0}],
        betas=tuple(TRAIN["betas"]), eps=TRAIN["epsilon"])
    batches, losses, norms = [], [], []
    for step in range(1, TRAIN["steps"] + 1):
        # Something to learn: counting upwards from a random start.
        # BERT's 0 is its padding, of whose vector PyTorch keeps no gradient, and 1 its mask here.
        first = 2 if loss_of is masked_loss else 0
        ids = first + (torch.randint(0, VOCABULARY, (ROWS, 1)) + torch.arange(TIME + 1)) % (VOCABULARY - first)
        masked = torch.rand(ids.shape) < 0.25
        masked[:, 0] = True
        labels = torch.where(masked, ids, -100)
        seen = torch.where(masked, 1, ids) if loss_of is masked_loss else ids
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        loss = loss_of(model, seen, labels)
        optimizer.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), TRAIN["clip"]).item())
        optimizer.step()
        batches.append({"ids": seen.flatten().tolist()} | ({"labels": labels.flatten().tolist()} if loss_of is masked_loss else {}))
        losses.append(loss.item())
    json_config = json.loads(config.to_json_string(use_diff=False)) | {"architectures": None}
    return {"name": name, "config": json_config, "weights": start, "batches": batches, "losses": losses, "gradientNorms": norms,
            "final": {key: packed(value) for key, value in model.named_parameters()}}


trajectories = [
    trajectory("gpt2", GPT2LMHeadModel, GPT2Config(
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, bos_token_id=0, eos_token_id=0, vocab_size=VOCABULARY, n_positions=TIME,
        n_embd=16, n_layer=2, n_head=4), next_token_loss),
    trajectory("llama", LlamaForCausalLM, LlamaConfig(
        bos_token_id=0, eos_token_id=0, vocab_size=VOCABULARY, max_position_embeddings=TIME, hidden_size=16, intermediate_size=20,
        num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2), next_token_loss),
    trajectory("bert", BertForMaskedLM, BertConfig(
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, vocab_size=VOCABULARY, max_position_embeddings=TIME,
        hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4), masked_loss),
]
path = pathlib.Path(__file__).with_name("trajectory.json")
path.write_text(json.dumps({"train": TRAIN, "rows": ROWS, "trajectories": trajectories}, separators=(",", ":")) + "\n")
