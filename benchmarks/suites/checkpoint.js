// Weights of a GPT-2 of 124 million parameters (498 MB) to and from files in the temporary folder. Writing ends when the disk has
// them (both sides flush); reading is from the page cache, into memory of the reader's own (Python's safetensors copies out of its
// mapping for NumPy). What was read is let go before it is read again, outside the time.
const needs = 'safetensors, numpy and pyarrow'

function fileCase(name, target) {
  return {
    name,
    target,
    ours: { program: 'node', args: ['--expose-gc', 'ours/checkpoint.js', name] },
    peer: { program: 'python', args: ['peers/checkpoint.py', name], label: 'safetensors, pyarrow (Python)', needs },
  }
}

export default {
  unit: 'MB/s',
  higherIsBetter: true,
  cases: [
    fileCase('write-safetensors', 1),
    fileCase('read-safetensors', 1),
    fileCase('write-parquet', 1),
    fileCase('read-parquet', 1),
  ],
}
