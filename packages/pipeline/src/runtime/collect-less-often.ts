import { setFlagsFromString } from 'node:v8'

/** A started process's own word on it: `--heap-growing-percent=20`, `--heap_growing_percent 20`. */
const own = /^--heap[-_]growing[-_]percent\b/

/**
 * Lets V8's heaps, of this thread and of all others of the process, grow to four times what was alive after a whole collection before
 * the next one: for a program whose threads hand frames to one another. A frame's memory lies outside of V8's heap and counts for when it
 * collects; by itself V8 marks the whole heap of some 20 MB for each 8 MB of frames that come from another thread. Four times is what V8
 * itself allows a heap that grows fast (`MemoryController` in its `heap-controller.h`), and the limits of a heap's size hold as before.
 *
 * It changes the whole process, so no part of Sluice does it by itself: the program that owns the process calls it, once, in the main
 * thread, before anything else. The command `pipeline` does.
 *
 * @returns false where the process was started with `--heap-growing-percent` of its own (`node`'s command line; `NODE_OPTIONS` takes no
 *   such flag), which stays as it is
 */
export function collectLessOften(): boolean {
  if (process.execArgv.some(flag => own.test(flag))) return false
  setFlagsFromString('--heap-growing-percent=300')
  return true
}
