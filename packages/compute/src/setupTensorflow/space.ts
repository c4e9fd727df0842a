import { statfs } from 'node:fs/promises'
import { stepError } from './step.ts'

/** Wheels and what is unpacked of them, together, with some to spare. */
const NEEDED = { cpu: 1.5e9, gpu: 14e9 }

export async function freeBytesIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** @throws StorageError where there is too little room */
export function requireSpace(folder: string, free: number, gpu: boolean): void {
  const needed = gpu ? NEEDED.gpu : NEEDED.cpu
  if (free >= needed) return
  const message = `${folder} has ${gigabytes(free)} free, and about ${gigabytes(needed)} are needed`
  throw stepError('look', message, 'free some, or name another place in SLUICE_CACHE')
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
