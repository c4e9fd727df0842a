"""Makes sampling.json: what is left of scores after the logits processors of Hugging Face transformers, in the order of `generate`.

    python packages/transformer/golden/sampling.py        (needs torch and transformers; last made with 2.15 and 5.24)
"""
import json
import pathlib

import torch
from transformers.generation.logits_process import (
    LogitsProcessorList, MinPLogitsWarper, RepetitionPenaltyLogitsProcessor, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper)

OPTIONS = [
    {},
    {"temperature": 0.7},
    {"temperature": 1.6},
    {"topK": 5},
    {"topP": 0.8},
    {"topP": 0.3},
    {"minP": 0.1},
    {"repetitionPenalty": 1.3},
    {"repetitionPenalty": 0.8},
    {"temperature": 0.5, "topK": 12, "topP": 0.9},
    {"temperature": 1.5, "topP": 0.95, "minP": 0.05},
    {"temperature": 0.9, "topK": 20, "topP": 0.85, "minP": 0.02, "repetitionPenalty": 1.2},
]
torch.manual_seed(4)
cases = []
for vocabulary in (7, 40):
    for options in OPTIONS:
        scores = torch.randn(1, vocabulary) * 2.5
        context = torch.randint(0, vocabulary, (1, 6))
        processors = LogitsProcessorList()
        if "repetitionPenalty" in options:
            processors.append(RepetitionPenaltyLogitsProcessor(options["repetitionPenalty"]))
        if "temperature" in options:
            processors.append(TemperatureLogitsWarper(options["temperature"]))
        if "topK" in options:
            processors.append(TopKLogitsWarper(options["topK"]))
        if "topP" in options:
            processors.append(TopPLogitsWarper(options["topP"]))
        if "minP" in options:
            processors.append(MinPLogitsWarper(options["minP"]))
        left = torch.softmax(processors(context, scores.clone()), -1)
        cases.append({
            "options": options,
            "scores": scores[0].tolist(),
            "context": context[0].tolist(),
            "probabilities": left[0].tolist(),
            "logprobs": torch.log_softmax(scores, -1)[0].tolist(),
        })
path = pathlib.Path(__file__).with_name("sampling.json")
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
