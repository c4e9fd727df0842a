import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import { ConfigError } from '../errors.ts'
import { plainValue } from './value.ts'

/** A config file as it was read. A plain object: `{ ...loaded, value }` is one with another value. */
export interface LoadedConfig {
  /** As it was named by the caller. */
  readonly path: string
  /** Absolute path of its folder: relative paths in the config are relative to it. */
  readonly baseDir: string
  readonly text: string
  readonly value: unknown
  /** `line:column` (from 1) of what stands under a key path, or of the nearest thing around it. */
  place(path: readonly PropertyKey[]): string
  /** `line:column` of the key itself. */
  keyPlace(path: readonly PropertyKey[]): string
}

/**
 * Reads a config: JSON in which comments and trailing commas are allowed.
 *
 * @throws ConfigError for a file that cannot be read, and with line and column for one that is not JSON
 */
export async function loadConfig(path: string): Promise<LoadedConfig> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw unreadable(path, error as NodeJS.ErrnoException)
  }
  return parseConfig(bytes.toString('utf8'), path)
}

/** The same for a text that has been read. */
export function parseConfig(source: string, path: string): LoadedConfig {
  const text = source.replace(/^\uFEFF/, '')
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false })
  const [first] = errors
  if (first) throw malformed(text, path, first)
  if (!tree) throw new ConfigError('is empty', { file: path, advice: 'a config is a JSON object' })
  const at = (node: Node) => lineColumn(text, node.offset)
  const found = (keys: readonly PropertyKey[]): Node => {
    for (let length = keys.length; length > 0; length--) {
      const node = findNodeAtLocation(tree, keys.slice(0, length) as (string | number)[])
      if (node) return node
    }
    return tree
  }
  return {
    path,
    baseDir: dirname(resolve(path)),
    text,
    value: plainValue(tree, (key, node) => {
      throw new ConfigError(`the key "${key}" stands here twice`, { file: path, place: at(node) })
    }),
    place: keys => at(found(keys)),
    keyPlace(keys) {
      const node = found(keys)
      return at(node.parent?.type === 'property' ? node.parent : node)
    },
  }
}

function unreadable(path: string, error: NodeJS.ErrnoException): ConfigError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EISDIR: 'is a folder, not a config file',
    EACCES: 'may not be read',
  }
  const message = reasons[error.code ?? ''] ?? `cannot be read: ${error.message}`
  return new ConfigError(message, { file: path, cause: error })
}

function malformed(text: string, path: string, { error, offset }: ParseError): ConfigError {
  // InvalidCommentToken -> "invalid comment token"
  const words = printParseErrorCode(error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()
  return new ConfigError(`is not JSON: ${words}`, { file: path, place: lineColumn(text, offset) })
}

function lineColumn(text: string, offset: number): string {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/)
  return `${before.length}:${before.at(-1)!.length + 1}`
}
