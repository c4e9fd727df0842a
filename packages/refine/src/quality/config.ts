import { z } from 'zod'

const share = (text: string) => limit(z.number().min(0), text)
const number = (text: string) => limit(z.number().min(0), text)
const flag = (text: string) => z.boolean().optional().describe(text)

function limit(type: z.ZodNumber, text: string) {
  return z
    .union([type, z.literal(false)])
    .optional()
    .describe(`${text}; false switches it off`)
}

const ngrams = (text: string) =>
  z
    .union([z.record(z.string().regex(/^\d+$/), z.number()), z.literal(false)])
    .optional()
    .describe(text)

/** The `quality` part of a config, beside what every refining stage takes. */
export const qualityConfig = {
  rules: z
    .array(z.enum(['repetition', 'gopher', 'c4', 'fineweb']))
    .min(1)
    .default(['repetition', 'gopher', 'c4', 'fineweb'])
    .describe('sets of rules, in order'),
  gopher: z
    .strictObject({
      minWords: number('words at least (50)'),
      maxWords: number('words at most (100000)'),
      minWordLength: number('mean characters of a word at least (3)'),
      maxWordLength: number('mean characters of a word at most (10)'),
      maxSymbolRatio: share('hash signs, and ellipses, a word (0.1)'),
      maxBulletLines: share('share of lines that begin with a bullet (0.9)'),
      maxEllipsisLines: share('share of lines that end with an ellipsis (0.3)'),
      minAlphabeticWords: share('share of words with a letter (0.8)'),
      minStopWords: number('how many stop words must be there (2)'),
      stopWords: z.record(z.string(), z.array(z.string())).optional().describe('stop words by language'),
    })
    .optional()
    .describe('Rae et al. 2021, A1.1'),
  repetition: z
    .strictObject({
      paragraphs: share('share of paragraphs that stood there before (0.3)'),
      paragraphCharacters: share('share of characters in them (0.2)'),
      lines: share('share of lines that stood there before (0.3)'),
      lineCharacters: share('share of characters in them (0.2)'),
      topNgrams: ngrams('by n: share of characters in the most frequent run of n words'),
      duplicateNgrams: ngrams('by n: share of characters in runs of n words that stood there before'),
    })
    .optional()
    .describe('Rae et al. 2021, table A1'),
  c4: z
    .strictObject({
      terminalPunctuation: flag('lines must end a sentence'),
      minLineWords: number('words of a line at least (3)'),
      maxWordLength: number('characters of the longest word of a line (1000)'),
      minSentences: number('sentences that are left at least (5)'),
      loremIpsum: flag('documents with "lorem ipsum" go'),
      javascript: flag('lines with "javascript" go'),
      curlyBracket: flag('documents with a curly bracket go'),
      policy: flag('lines on cookies, privacy and terms of use go'),
      citations: flag('marks such as [1] go'),
    })
    .optional()
    .describe('Raffel et al. 2020, section 2.2'),
  fineweb: z
    .strictObject({
      minTerminatedLines: share('share of lines that end a sentence (0.12)'),
      maxShortLines: share('share of short lines (0.67)'),
      shortLine: z.int().positive().optional().describe('characters of a short line (30)'),
      maxDuplicateCharacters: share('share of characters in lines that stood there before (0.01)'),
      maxLineEnds: share('line ends a word (0.3)'),
    })
    .optional()
    .describe('Penedo et al. 2024, section 3.6'),
}
