// The training step of a GPT-2: forward, backward, clipping, AdamW. Ours goes through the ordinary trainer; the peer is PyTorch
// compiled. Dropout is 0 except where the case says so.
const needs = 'torch and numpy'

function trainCase(name, target, shape, precision, dropout = 0) {
  const args = [shape, precision, String(dropout)]
  return {
    name,
    target,
    ours: { program: 'node', args: ['ours/train.js', ...args] },
    peer: { program: 'python', args: ['peers/train_torch.py', ...args], label: 'PyTorch compiled', needs },
  }
}

export default {
  unit: 'tokens/s',
  higherIsBetter: true,
  cases: [
    trainCase('XS', 1, 'XS', 'bf16'),
    trainCase('S', 2, 'S', 'bf16'),
    trainCase('M', 1.7, 'M', 'bf16'),
    trainCase('S-f32', 1, 'S', 'f32'),
    trainCase('M-f32', 1, 'M', 'f32'),
    trainCase('S-dropout', 1, 'S', 'bf16', 0.1),
  ],
}
