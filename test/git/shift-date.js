// Preload for tests: shifts the wall clock of a process by the milliseconds in the file named by
// SHIFT_DATE.
// The file is read every 50 ms, so a test can step the clock of a running process. The monotonic
// clock
// is not affected.
import { readFileSync } from 'node:fs'

const file = process.env.SHIFT_DATE
const RealDate = Date
const read = () => Number(readFileSync(file, 'utf8').trim() || 0)
let shift = read()
setInterval(() => {
  shift = read()
}, 50).unref()

globalThis.Date = class extends RealDate {
  constructor(...words) {
    if (words.length === 0) super(RealDate.now() + shift)
    else super(...words)
  }
  static now() {
    return RealDate.now() + shift
  }
}
