// Weights of a GPT-2 of 124 million parameters (498 MB) to and from files in the temporary folder. Writing ends when the disk has
// them (both sides flush). Reading is from the page cache, into memory of the reader's own (Python's safetensors copies out of its
// mapping for NumPy), and it is the first of its process that counts, as where a run begins with weights: then every page is new to
// the process, which costs more than the copying. Later ones, beside it, may be given pages that the process has still.
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
