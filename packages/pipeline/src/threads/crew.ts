import { SluiceError } from '../errors.ts'
import type { ThreadProgram } from './program.ts'
import { startThread, type Thread } from './thread.ts'

export interface CrewOptions {
  /** What each of them is, in messages: `a thread that encodes`. */
  readonly name: string
  readonly program: ThreadProgram
  /** At most; they start one by one, as there is work for them. */
  readonly threads: number
  /** What each is started with. */
  readonly started?: unknown
  /** Megabytes of each one's heap for objects that are young, see `ThreadOptions`. */
  readonly youngMegabytes?: number
  /** Of a question: how often it may be asked anew, of another thread, when the one that had it has ended. Default 0. */
  readonly retries?: number
  /**
   * Each question goes on from what the thread has done before, as its start alone does not: no other takes its place once it has ended,
   * and what is asked afterwards is rejected, too. Default false.
   */
  readonly irreplaceable?: boolean
  /** What a thread tells without being asked. */
  told?(what: unknown): void
  /** A thread has ended, and another takes its place. */
  replaced?(message: string): void
}

/** A thread has ended before it answered. */
export class ThreadEnded extends SluiceError {}

/** A question, and what of its memory is handed over. It is made at each attempt, for what is handed over is gone. */
export type Question = () => {
  readonly ask: unknown
  readonly handOver?: readonly ArrayBuffer[]
  /** How long it takes beside the crew's other questions. Default 1. */
  readonly weight?: number
}

/** Threads of one program that share the work. */
export interface Crew {
  readonly threads: number
  /**
   * Asks the thread that has the least to do. Rejects with what the thread has thrown; with `ThreadEnded` where it has ended before it
   * answered.
   */
  ask(question: Question): Promise<any>
  /** Ends the threads; what is under way is rejected. */
  close(): Promise<void>
}

interface Waiting {
  /** Of the question, at its last attempt. */
  id: number
  readonly question: Question
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
  weight: number
  deaths: number
}

interface Member {
  readonly thread: Thread
  /**
   * A list, for there are few. V8 makes a `Map` anew after every few entries that come and go; those it has left hold the answers that stood
   * in them and lead from one to the next, so that memory of answers is freed with the old objects only, none of it with the young ones.
   */
  readonly waiting: Waiting[]
}

/** Milliseconds before a thread is started in the place of one that ended: 100, 400, 1600. */
const pause = (deaths: number): number => 100 * 4 ** (deaths - 1)

function loadOf({ waiting }: Member): number {
  let load = 0
  for (const { weight } of waiting) load += weight
  return load
}

export function crew(options: CrewOptions): Crew {
  const { name, program, threads, started, youngMegabytes, retries = 0, irreplaceable = false } = options
  let members: Member[] = []
  /** Ended, or about to. */
  let past: Thread[] = []
  let asked = 0
  let closed: SluiceError | undefined
  let unfit: Error | undefined
  let lost: ThreadEnded | undefined
  const later = new Map<NodeJS.Timeout, Waiting>()

  function start(): Member {
    const waiting: Waiting[] = []
    const thread = startThread({
      program,
      started,
      youngMegabytes,
      ...(options.told ? { told: options.told } : {}),
      answered(id, result) {
        const place = waiting.findIndex(one => one.id === id)
        const [one] = place < 0 ? [] : waiting.splice(place, 1)
        if (waiting.length === 0) thread.keep(false)
        if ('answer' in result) one?.resolve(result.answer)
        else one?.reject(result.error)
      },
      ended(why) {
        members = members.filter(other => other !== member)
        past.push(thread)
        unfit ??= why.unfit
        // It may have ended while nobody was waiting for an answer.
        if (irreplaceable) lost ??= new ThreadEnded(`${name} ${why.message}`, { cause: why.cause })
        for (const one of waiting) again(one, why)
        if (later.size > 0) options.replaced?.(`${name} ${why.message}; another takes its place`)
      },
    })
    const member = { thread, waiting }
    members.push(member)
    return member
  }

  /** What becomes of a question whose thread has ended. */
  function again(one: Waiting, why: { message: string; cause?: unknown; unfit?: Error }): void {
    one.deaths++
    const times = one.deaths === 1 ? '' : ` (${one.deaths} in a row over the same work)`
    if (why.unfit || one.deaths > retries) {
      one.reject(why.unfit ?? new ThreadEnded(`${name} ${why.message}${times}`, { cause: why.cause }))
      return
    }
    const timer = setTimeout(() => {
      later.delete(timer)
      put(one)
    }, pause(one.deaths))
    later.set(timer, one)
  }

  function next(): Member {
    const free = members.find(({ waiting }) => waiting.length === 0)
    if (free) return free
    if (members.length < threads) return start()
    return members.reduce((a, b) => (loadOf(b) < loadOf(a) ? b : a))
  }

  function put(one: Waiting): void {
    try {
      const over = closed ?? unfit ?? lost
      if (over) throw over
      const { ask, handOver = [], weight = 1 } = one.question()
      const { thread, waiting } = next()
      one.id = asked++
      thread.ask(one.id, ask, handOver)
      one.weight = weight
      waiting.push(one)
      thread.keep(true)
    } catch (error) {
      one.reject(error)
    }
  }

  return {
    threads,
    ask: question => new Promise((resolve, reject) => put({ id: -1, question, resolve, reject, weight: 0, deaths: 0 })),
    async close() {
      closed ??= new SluiceError(`${name} has been closed`)
      const ending = members
      members = []
      for (const [timer, one] of later) {
        clearTimeout(timer)
        one.reject(closed)
      }
      later.clear()
      for (const { waiting } of ending) for (const one of waiting) one.reject(closed)
      await Promise.all([...past, ...ending.map(({ thread }) => thread)].map(thread => thread.close()))
      past = []
    },
  }
}
