// Learns a tokenizer from a stream of made-up text and encodes the stream, with flat memory.
// usage: node stream.js MEGABYTES [VOCABULARY] [WORKERS]
//
// The text is made as it is read, so its length costs nothing: words of syllables, the frequent ones by Zipf's law, and new ones
// without end, one in 50. One line of JSON at the end: seconds and peak memory of each part.
import { defineSource, documentsBatch, documentsSchema, randomStream, run } from '@sluice/pipeline'
import { learn, pack, tokenize } from '@sluice/tokenize'

const [megabytes, vocabSize = 32768, workers = 0] = process.argv.slice(2).map(Number)
const random = randomStream(1, 'text')
const syllables = Array.from(
  { length: 200 },
  (_, i) => 'bcdfghklmnprstvwz'[i % 17] + 'aeiou'[(i * 7) % 5] + ['', 'n', 'r', 's'][i % 4],
)
let drawn = 0

/** By Zipf's law one of 50,000, or the one of this rank. */
function word(given) {
  let rank = given >= 50_000 ? given : Math.floor(50_000 ** random.uniform(drawn++))
  let text = ''
  do {
    text += syllables[rank % 200]
    rank = Math.floor(rank / 200)
  } while (rank > 0)
  return text
}

/** Lines made once; a document is lines drawn from these, and a new word with every fourth. */
const lines = Array.from({ length: 8192 }, () => `${Array.from({ length: 12 }, word).join(' ')}.\n`)

function document(i) {
  const text = []
  for (let length = 0; length < 65_536; ) {
    const line = lines[Math.floor(random.uniform(drawn++) * lines.length)]
    text.push(line)
    if (drawn % 4 === 0) text.push(word(50_000 + drawn), ' ')
    length += line.length
  }
  return { id: `${i}`, text: text.join(''), source: 'stream' }
}

function source() {
  drawn = 1_000_000
  return defineSource({
    id: 'stream',
    schema: documentsSchema,
    *read() {
      for (let bytes = 0, i = 0; bytes < megabytes * 1e6; i += 8) {
        const batch = documentsBatch(Array.from({ length: 8 }, (_, k) => document(i + k)))
        bytes += batch.getChild('text').data[0].values.length
        yield { batch, position: i }
      }
    },
  })
}

async function measure(stages) {
  const started = performance.now()
  const memory = { peak: 0, samples: [] }
  const look = () => {
    const rss = Math.round(process.memoryUsage().rss / 1e6)
    memory.peak = Math.max(memory.peak, rss)
    memory.samples.push(rss)
  }
  const timer = setInterval(look, 200)
  let rows = 0
  const consume = ({ batch }) => {
    rows += batch.numRows
  }
  const sink = { id: 'count', consume }
  await run({ source: source(), stages, sink, mark: 8 << 20 }).done
  clearInterval(timer)
  look()
  const { samples } = memory
  const at = share => samples[Math.min(samples.length - 1, Math.floor(samples.length * share))]
  const seconds = (performance.now() - started) / 1e3
  return {
    seconds: Number(seconds.toFixed(1)),
    rows,
    rss_mb: { quarter: at(0.25), half: at(0.5), end: at(1), peak: memory.peak },
  }
}

const learning = learn({ kind: 'bpe', vocabSize })
const learned = await measure([learning])
const tokenizer = await learning.tokenizer
const encoded = await measure([tokenize({ tokenizer, workers }), pack({ blockSize: 1024, tokenizer })])
process.stdout.write(`${JSON.stringify({ megabytes, tokens: tokenizer.vocabSize, workers, learned, encoded })}\n`)
