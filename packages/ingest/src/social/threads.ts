import type { Post } from './post.ts'

/** Posts gathered by the thread that they belong to, in the order in which threads were first met. */
export class ThreadWindow {
  readonly #threads = new Map<string, Post[]>()

  add(post: Post): void {
    const thread = post.thread ?? post.id
    const posts = this.#threads.get(thread)
    if (posts) posts.push(post)
    else this.#threads.set(thread, [post])
  }

  /** Gives what was gathered and forgets it. */
  take(): Post[][] {
    const threads = [...this.#threads.values()]
    this.#threads.clear()
    return threads
  }
}
