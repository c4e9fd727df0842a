"""Writes tiny.safetensors (float32 and int32) and dtypes.safetensors (what is only read) with the reference library.

python make.py    # safetensors 0.8.0, torch 2.15
"""

import pathlib

import torch
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent

tiny = {
    "transformer.wte.weight": torch.arange(12, dtype=torch.float32).reshape(4, 3) / 8 - 0.5,
    "transformer.ln_f.bias": torch.tensor([1.5, -2.25, 3e-38]),
    "ids": torch.arange(4, dtype=torch.int32).reshape(2, 2) - 1,
    "scalar": torch.tensor(-0.0),
    "empty": torch.zeros(0, 3),
    "é": torch.tensor([float("inf"), float("-inf")]),
    "\uff5e": torch.ones(1),
    "\U0001f600": torch.tensor([2.0]),
    'quote " backslash \\ tab \t': torch.tensor([7], dtype=torch.int32),
}
save_file(tiny, here / "tiny.safetensors", metadata={"format": "pt"})
save_file({}, here / "none.safetensors")

numbers = [0.0, -0.0, 1.0, -1.5, 65504.0, 6e-8, 6.1e-5, float("inf"), float("-inf")]
dtypes = {
    "f64": torch.tensor(numbers, dtype=torch.float64),
    "f16": torch.tensor(numbers, dtype=torch.float16),
    "bf16": torch.tensor(numbers, dtype=torch.bfloat16),
    "i64": torch.tensor([-(2**31), 2**31 - 1, 0, 5]),
    "i16": torch.tensor([-32768, 32767], dtype=torch.int16),
    "i8": torch.tensor([-128, 127], dtype=torch.int8),
    "u8": torch.tensor([0, 255], dtype=torch.uint8),
    "bool": torch.tensor([True, False, True]),
}
for name in ("f64", "f16", "bf16"):
    dtypes[f"{name}.expected"] = dtypes[name].to(torch.float32)
save_file(dtypes, here / "dtypes.safetensors")
save_file({"wide": torch.tensor([2**31])}, here / "wide.safetensors")
