// Greedy continuation of a prompt of 16 tokens, one row, keys and values cached: the prompt and all steps are counted. The
// weights are random; nothing that either side does depends on them.
const needs = 'torch and transformers'

function generateCase(name, target, shape, ours, peer) {
  return {
    name,
    target,
    ours: { program: 'node', args: ['ours/generate.js', shape, ours] },
    peer: { program: 'python', args: ['peers/generate_hf.py', shape, peer], label: `transformers ${peer}`, needs },
  }
}

export default {
  unit: 'tokens/s',
  higherIsBetter: true,
  cases: [
    generateCase('XS', 3, 'XS', 'bf16', 'f32'),
    generateCase('S', 3, 'S', 'bf16', 'f32'),
    generateCase('M', 2, 'M', 'bf16', 'f32'),
    generateCase('S-f32', 2, 'S', 'f32', 'f32'),
    generateCase('S-bf16', 3, 'S', 'bf16', 'bf16'),
  ],
}
