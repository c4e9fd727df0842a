// Greedy continuation of a prompt of 16 tokens, keys and values cached: the prompt and all steps are counted. The weights are
// random; nothing that either side does depends on them. S-llama has S's sizes, every key shared by two queries; S-8 continues eight
// prompts at once and counts the tokens of all.
const needs = 'torch and transformers'

function generateCase(name, target, shape, ours, peer, family = 'gpt2', rows = '1') {
  return {
    name,
    target,
    ours: { program: 'node', args: ['ours/generate.js', shape, ours, family, rows] },
    peer: {
      program: 'python',
      args: ['peers/generate_hf.py', shape, peer, family, rows],
      label: `transformers ${peer}`,
      needs,
    },
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
    generateCase('S-llama', 3, 'S', 'bf16', 'f32', 'llama'),
    generateCase('S-8', 2, 'S', 'bf16', 'f32', 'gpt2', '8'),
  ],
}
