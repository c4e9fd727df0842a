// Where the corpus of a case lies, as JSON: what ingest_CASE_corpus.js gives. usage: node ours/ingest_files.js CASE MEGABYTES
const [, , name, megabytes] = process.argv
const { default: corpus } = await import(`./ingest_${name}_corpus.js`)
process.stdout.write(`${JSON.stringify(await corpus(Number(megabytes)))}\n`)
