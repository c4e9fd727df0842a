import { dirname, join } from 'node:path'
import { StorageError } from '@sluice/pipeline'
import type { FileLayer } from '../files/layer.ts'

type Node = FileNode | DirectoryNode

interface FileNode {
  readonly kind: 'file'
  content: Buffer
  /** What a crash leaves for certain. */
  durable: Buffer
}

interface DirectoryNode {
  readonly kind: 'directory'
  entries: Map<string, Node>
  /** Every state since the last sync, the synced one first: a crash leaves any one of them, as a journal does. */
  history: Map<string, Node>[]
}

/** What of the things that were not synced is there after a crash. */
export type Loss = 'everything' | 'nothing' | ((choices: number) => number)

/** A file system in memory that loses, in a crash, what was not synced. */
export interface MemoryFiles extends FileLayer {
  /** The file system as it is found after the power came back. */
  crash(loss: Loss): MemoryFiles
  /** All paths, sorted; directories end with a slash. */
  paths(): string[]
}

export function memoryFiles(root: DirectoryNode = directory()): MemoryFiles {
  function find(path: string): Node | undefined {
    let node: Node | undefined = root
    for (const part of path.split(/[/\\]/).filter(Boolean)) {
      node = node?.kind === 'directory' ? node.entries.get(part) : undefined
    }
    return node
  }

  function parent(path: string): DirectoryNode {
    const node = find(dirname(path))
    if (node?.kind !== 'directory') throw new StorageError('no such file or directory', { file: path })
    return node
  }

  function change(node: DirectoryNode, edit: (entries: Map<string, Node>) => void): void {
    node.entries = new Map(node.entries)
    edit(node.entries)
    node.history.push(node.entries)
  }

  const nameOf = (path: string) => path.slice(dirname(path).length).replace(/^[/\\]/, '')

  return {
    async create(path) {
      const before = find(path)
      const file: FileNode = before?.kind === 'file' ? before : { kind: 'file', content: nothing, durable: nothing }
      file.content = nothing
      if (!before) change(parent(path), entries => entries.set(nameOf(path), file))
      return {
        write: async bytes => {
          file.content = Buffer.concat([file.content, bytes])
        },
        sync: async () => {
          file.durable = file.content
        },
        close: async () => {},
      }
    },
    async open(path) {
      const file = find(path)
      if (file?.kind !== 'file') throw new StorageError('no such file or directory', { file: path })
      const { content } = file
      return {
        path,
        size: content.length,
        read: async (into, position) => {
          into.set(content.subarray(position, position + into.length))
        },
        close: async () => {},
      }
    },
    async names(path) {
      const node = find(path)
      return node?.kind === 'directory' ? [...node.entries.keys()] : []
    },
    async makeDirectory(path) {
      if (find(path)) return
      if (!find(dirname(path))) await this.makeDirectory(dirname(path))
      change(parent(path), entries => entries.set(nameOf(path), directory()))
    },
    async syncDirectory(path) {
      const node = find(path)
      if (node?.kind !== 'directory') throw new StorageError('no such file or directory', { file: path })
      node.history = [node.entries]
    },
    async rename(from, to) {
      const node = find(from)
      if (!node || find(to)) throw new StorageError('rename', { file: from })
      if (dirname(from) !== dirname(to)) throw new StorageError('rename to another directory', { file: from })
      change(parent(from), entries => {
        entries.delete(nameOf(from))
        entries.set(nameOf(to), node)
      })
    },
    async remove(path) {
      const node = find(path)
      if (!node) return
      // As the machine does it: what is in a directory goes first.
      if (node.kind === 'directory') for (const name of node.entries.keys()) await this.remove(join(path, name))
      change(parent(path), entries => entries.delete(nameOf(path)))
    },
    crash: loss => memoryFiles(left(root, loss) as DirectoryNode),
    paths() {
      const list = (node: Node, path: string): string[] =>
        node.kind === 'file'
          ? [path]
          : [`${path}/`, ...[...node.entries].flatMap(([name, at]) => list(at, `${path}/${name}`))]
      return list(root, '').sort()
    },
  }
}

const nothing: Buffer = Buffer.alloc(0)

function directory(): DirectoryNode {
  const entries = new Map<string, Node>()
  return { kind: 'directory', entries, history: [entries] }
}

function left(node: Node, loss: Loss): Node {
  if (node.kind === 'file') {
    const rest =
      loss === 'everything' || node.durable === node.content
        ? node.durable
        : loss === 'nothing'
          ? node.content
          : // The old content, or any beginning of the new one.
            [node.durable, node.content, node.content.subarray(0, node.content.length >> 1)][loss(3)]!
    return { kind: 'file', content: rest, durable: rest }
  }
  const which = loss === 'everything' ? 0 : loss === 'nothing' ? node.history.length - 1 : loss(node.history.length)
  const entries = new Map([...node.history[which]!].map(([name, at]) => [name, left(at, loss)]))
  return { kind: 'directory', entries, history: [entries] }
}
