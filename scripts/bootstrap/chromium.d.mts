/** Path of Chromium or Chrome, or `null` if there is none. */
export function findChromium(): string | null
/** Returns `null`, or how to install it. */
export function installChromium(): string | null
