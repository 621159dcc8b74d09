/** Path of a Chromium or Chrome; `null` when there is none. */
export function findChromium(): string | null
/** `null`, or how to install it. */
export function installChromium(): string | null
