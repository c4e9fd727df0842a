// The program of the thread in which the data side of a run goes on: see `dataSide`.
import { join } from 'node:path'
import { loadModules, loadSourceModules, Registry, serveRun } from '@sluice/pipeline'
import { receivedTokenizer } from '@sluice/tokenize'
import { dataBudget } from '../budget.ts'
import { openCorpus } from '../corpus.ts'
import { checkCorpusFiles, corpusFile } from '../corpus-files.ts'
import { chainHere } from './chain-here.ts'
import { dataKinds } from './kinds.ts'
import type { DataStart } from './start.ts'

await serveRun(async ({ sent, from, saved: files, ...start }: DataStart, emit) => {
  const { recipe, baseDir, scratchDir } = start
  const { seed } = recipe
  const registry = new Registry(dataKinds)
  await loadModules([...(recipe.modules ?? [])], baseDir, registry)
  const names = recipe.sources.map(({ use }) => use)
  await loadSourceModules(names, baseDir, registry)
  const { signal } = new AbortController()
  const corpus = openCorpus(recipe, registry, { baseDir, seed, scratchDir, signal, emit })
  const source = corpus.repeated()
  // The thread begins after the run has looked at its files. From now on one that changes while it is read is refused.
  await checkCorpusFiles(source, join(start.path, corpusFile))
  const saved = from && ((id: string) => files[id])
  const tokenizer = await receivedTokenizer(sent)
  return {
    ...(await chainHere({ ...start, corpus, source, tokenizer, saved, emit })),
    seed,
    ...dataBudget(recipe),
    ...(from ? { from } : {}),
    ...(saved ? { saved } : {}),
  }
})
