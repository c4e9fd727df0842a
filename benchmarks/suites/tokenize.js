// Encoding and training of byte-level BPE on English: Moby-Dick again and again, in each copy other words respelt, so that new words
// keep coming (ours/tokenize_text.js). Documents of about 16 KB. `worst-case` is junk of 100,000 characters without a break.
// Cores: `encode` and `encode-tiktoken` run ours and the peer on a thread a core; `encode-tiktoken-one-thread` runs both on one;
// `encode-one-thread` runs ours on one and Hugging Face on all.
function tokenizeCase(name, target, args, peer, label, needs) {
  return {
    name,
    target,
    ours: { program: 'node', args: ['ours/tokenize.js', ...args] },
    peer: {
      program: 'python',
      args: [`peers/${peer}`, args[0].replace('-threads', ''), ...args.slice(1)],
      label,
      needs,
    },
  }
}

/** Beside a package of npm that need not be installed here. */
function nodeCase(name, target, what, label) {
  return {
    name,
    target,
    ours: { program: 'node', args: ['ours/tokenize.js', what, '10'] },
    peer: {
      program: 'node',
      args: ['peers/tokenizers_node.js', label, '10'],
      label,
      needs: label,
      folder: 'BENCH_NODE',
    },
  }
}

const hf = ['tokenizers_hf.py', 'tokenizers', 'tokenizers']

export default {
  unit: 'MB/s',
  higherIsBetter: true,
  cases: [
    tokenizeCase('encode', 8, ['encode-threads', '10'], ...hf),
    tokenizeCase('encode-one-thread', 8, ['encode', '10'], ...hf),
    tokenizeCase('encode-tiktoken', 5, ['encode-gpt2-threads', '10'], 'tokenizers_tiktoken.py', 'tiktoken', 'tiktoken'),
    {
      name: 'encode-tiktoken-one-thread',
      target: 5,
      ours: { program: 'node', args: ['ours/tokenize.js', 'encode-gpt2', '10'] },
      peer: {
        program: 'python',
        args: ['peers/tokenizers_tiktoken.py', 'encode-gpt2', '10', '1'],
        label: 'tiktoken, one thread',
        needs: 'tiktoken',
      },
    },
    nodeCase('encode-node', 8, 'encode-threads', 'tokenizers'),
    nodeCase('encode-gpt-tokenizer', 5, 'encode-gpt2', 'gpt-tokenizer'),
    {
      name: 'threads',
      target: 1.5,
      ours: { program: 'node', args: ['ours/tokenize.js', 'encode-threads', '100'] },
      peer: { program: 'node', args: ['ours/tokenize.js', 'encode', '100'], label: 'one thread' },
    },
    tokenizeCase('train-10mb', 3, ['train', '10', '8192'], ...hf),
    tokenizeCase('train-100mb', 3, ['train', '100', '32768'], ...hf),
    tokenizeCase('worst-case', 1, ['worst-case', '1'], ...hf),
  ],
}
