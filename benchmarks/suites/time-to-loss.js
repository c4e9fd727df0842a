// nanoGPT's published configuration for a CPU (characters, 4 layers, 4 heads, 128 wide, context 64, batches of 12, 2,000 steps, no
// dropout) on Moby-Dick: seconds of training until the held-out loss is what PyTorch ends with. Both programs also print their
// curves. Making batches, evaluation, and PyTorch's compilation, are not counted. The published command says --compile=False and
// computes in float32: that is the case `f32`; PyTorch compiled, and in bfloat16, stand beside it. The cases `step…` tell the
// milliseconds of a step.
const needs = 'torch and numpy'

/** What PyTorch ends with here, nats per character: the median of several seeds, rounded up. */
const target = '1.86'

function against(name, { goal, precision, how, until, unit }) {
  return {
    name,
    unit,
    target: goal,
    ours: { program: 'node', args: ['ours/time_to_loss.js', precision, until] },
    peer: {
      program: 'python',
      args: ['peers/time_to_loss_torch.py', precision, how, until],
      label: `PyTorch ${how}`,
      needs,
    },
  }
}

const reach = (name, precision, how) => against(name, { goal: 2, precision, how, until: target, unit: 's' })
const step = (name, precision, how) => against(name, { goal: 2, precision, how, until: 'step', unit: 'ms' })

export default {
  higherIsBetter: false,
  cases: [
    reach('f32', 'f32', 'eager'),
    reach('f32-compiled', 'f32', 'compiled'),
    reach('bf16', 'bf16', 'compiled'),
    step('step', 'f32', 'eager'),
    step('step-compiled', 'f32', 'compiled'),
  ],
}
