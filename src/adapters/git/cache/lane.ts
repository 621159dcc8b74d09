/** Runs tasks one after the other, in the order in which they came. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve()
  #running = 0

  run<T>(task: () => Promise<T>): Promise<T> {
    this.#running += 1
    const result = this.#last.then(task).finally(() => {
      this.#running -= 1
    })
    this.#last = result.catch(() => {})
    return result
  }

  /** No task is running or waiting. */
  get idle(): boolean {
    return this.#running === 0
  }
}
