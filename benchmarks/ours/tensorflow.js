// Ours of `tensorflow`: ours of `train`, on a backend that is named.
// usage: node ours/tensorflow.js XS|S|M bf16|f32 tensorflow|native
process.env.SLUICE_BACKEND = process.argv[4]
process.argv.length = 4
await import('./train.js')
