// The training step on TensorFlow: our operations, in f32 and in bf16, beside one written with tfjs's ordinary operations on the same
// binding; and our own C++ kernels beside the same. Where TensorFlow is not set up: `pipeline setup tensorflow`.
function step(name, target, backend, shape, precision) {
  return {
    name,
    target,
    ours: { program: 'node', args: ['ours/tensorflow.js', shape, precision, backend] },
    peer: { program: 'node', args: ['peers/train_tfjs_plain.js', shape], label: 'plain tfjs operations' },
  }
}

export default {
  unit: 'tokens/s',
  higherIsBetter: true,
  cases: [
    step('S-bf16', 2, 'tensorflow', 'S', 'bf16'),
    step('S-f32', 1.5, 'tensorflow', 'S', 'f32'),
    step('S-native', 10, 'native', 'S', 'bf16'),
    step('XS-bf16', 1, 'tensorflow', 'XS', 'bf16'),
  ],
}
