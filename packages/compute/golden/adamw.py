"""Writes adamw.json: a trajectory of torch.optim.AdamW in float64, to which the kernels' is compared."""
import json
import pathlib
import torch

torch.manual_seed(0)
shapes = [[3, 4], [5], [1, 1]]
decay = [0.1, 0.0, 0.3]
options = dict(lr=3e-3, betas=(0.9, 0.95), eps=1e-8)
params = [torch.nn.Parameter(torch.randn(shape, dtype=torch.float32).double()) for shape in shapes]
start = [p.flatten().tolist() for p in params]
optimizer = torch.optim.AdamW([dict(params=[p], weight_decay=d) for p, d in zip(params, decay)], **options)
steps = []
for step in range(1, 6):
    grads = [(torch.randn(shape) * 10 ** (1 - step)).float() for shape in shapes]
    for p, g in zip(params, grads):
        p.grad = g.double()
    optimizer.step()
    steps.append(dict(
        grads=[g.flatten().tolist() for g in grads],
        params=[p.detach().flatten().tolist() for p in params],
        m=[optimizer.state[p]["exp_avg"].flatten().tolist() for p in params],
        v=[optimizer.state[p]["exp_avg_sq"].flatten().tolist() for p in params],
    ))
golden = dict(torch=torch.__version__, shapes=shapes, decay=decay, lr=options["lr"], betas=options["betas"],
              epsilon=options["eps"], start=start, steps=steps)
pathlib.Path(__file__).with_name("adamw.json").write_text(json.dumps(golden) + "\n")
