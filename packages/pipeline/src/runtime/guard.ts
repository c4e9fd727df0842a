import { Observable, type Observer, Subscriber } from 'rxjs'

type Given<T> = Partial<Observer<T>> | ((value: T) => void) | null | undefined

/**
 * The source, but what a plain observer's `next` throws goes to `caught`. An operator written as
 * `new Observable(out => frames.subscribe({ next(frame) { … } }))` would otherwise end the process: RxJS throws such errors
 * from a timer of its own, where no run can catch them. Stock operators hand their errors on by themselves.
 */
export function guarded<T>(source: Observable<T>, caught: (error: unknown) => void): Observable<T> {
  const guard = new Observable<T>(subscriber => source.subscribe(subscriber))
  const subscribe = guard.subscribe.bind(guard) as (observer?: unknown) => ReturnType<Observable<T>['subscribe']>
  guard.subscribe = ((given: Given<T>, ...rest: ((value: unknown) => void)[]) => {
    if (given instanceof Subscriber) return subscribe(given)
    const [error, complete] = rest as unknown as [Observer<T>['error']?, Observer<T>['complete']?]
    const observer: Partial<Observer<T>> =
      typeof given === 'function'
        ? { next: given, ...(error ? { error } : {}), ...(complete ? { complete } : {}) }
        : (given ?? {})
    return subscribe({
      next(value: T) {
        try {
          observer.next?.(value)
        } catch (thrown) {
          caught(thrown)
        }
      },
      error: (reason: unknown) => observer.error?.(reason),
      complete: () => observer.complete?.(),
    })
  }) as Observable<T>['subscribe']
  return guard
}
