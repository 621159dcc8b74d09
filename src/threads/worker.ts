import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { Platform } from '../contract/platform-file.ts'
import type { ThreadData } from './thread.ts'
import { type Answer, answerTo, jobOf, type Order } from './work.ts'

/** A thread of `pool.ts`, which processes one order after the other. */

// On Linux each thread has its own priority. Elsewhere this would slow down the whole process.
if (process.platform === 'linux') setPriority((workerData as ThreadData).nice)

const say = (answer: Answer) => parentPort?.postMessage(answer)
let platform: Platform | null = null
let last = Promise.resolve()

parentPort?.on('message', (order: Order) => {
  last = last.then(async () => {
    const job = jobOf(order, platform)
    platform = job.args[1]
    say(await answerTo(job))
  })
})
say({ is: 'ready' })
