/** Runs tasks one at a time, in the order in which they were added. */
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

  /** True if no task is running or waiting. */
  get idle(): boolean {
    return this.#running === 0
  }
}
