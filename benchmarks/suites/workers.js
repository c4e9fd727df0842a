// What threads give, ours beside ours: two workers beside one, for a Wikipedia dump (`wiki`: threads of the source; MB of XML) and for
// encoding (`tokenize`: workers of the stage, from frames that lie ready in memory; MB of text), and training with the data side in a
// thread beside batches that lie ready in memory (`train`, shape S). Workers are warm: the engine compiles for each by itself, which
// takes a second core even where there is one worker. On two cores the run's own thread has some of them, so the ratio of two workers
// stays under 2 there. 60 MB are encoded in half a second, and are eight groups of blocks of a dump, of which two threads have the first
// and the last one each for itself: less than the default says little.
function workersCase(name, target, program, more, fewer, label) {
  return {
    name,
    target,
    ours: { program: 'node', args: [program, ...more] },
    peer: { program: 'node', args: [program, ...fewer], label, needs: '' },
  }
}

const megabytes = process.env.BENCH_MEGABYTES ?? '300'

export default {
  unit: 'MB/s',
  higherIsBetter: true,
  cases: [
    workersCase('wiki', 1.7, 'ours/workers_wiki.js', [megabytes, '2'], [megabytes, '1'], 'one worker'),
    workersCase('tokenize', 1.7, 'ours/workers_tokenize.js', [megabytes, '2'], [megabytes, '1'], 'one worker'),
    {
      ...workersCase('train', 0.97, 'ours/workers_train.js', ['thread'], ['ready'], 'batches ready in memory'),
      unit: 'tokens/s',
    },
  ],
}
