// nanoGPT's published configuration for a CPU (characters, 4 layers, 4 heads, 128 wide, context 64, batches of 12, 2,000 steps, no
// dropout) on Moby-Dick: seconds of training until the held-out loss is what PyTorch ends with. Both programs also print their
// curves. Evaluation, and PyTorch's compilation, are not counted.
const needs = 'torch and numpy'

/** What PyTorch ends with here, nats per character: the median of several seeds, rounded up. */
const target = '1.86'

function reachCase(name, goal, precision) {
  const args = [precision, target]
  return {
    name,
    target: goal,
    ours: { program: 'node', args: ['ours/time_to_loss.js', ...args] },
    peer: { program: 'python', args: ['peers/time_to_loss_torch.py', ...args], label: 'PyTorch compiled', needs },
  }
}

export default {
  unit: 's',
  higherIsBetter: false,
  cases: [reachCase('f32', 2, 'f32'), reachCase('bf16', 2, 'bf16')],
}
