/** Path of a program on the PATH or in root's folders, or `null` if it is not installed. */
export function findProgram(name: string): string | null
/** Missing Debian packages, sorted. */
export function missingPackages(): string[]
/** Command that installs every program. */
export function installCommand(packages?: readonly string[]): string
/** Folder with the files of Debian's package `wordpress`, once bootstrap has unpacked it. */
export function wordpressFolder(root: string): string
/** Returns `null`, or what is skipped and how to change that. */
export function installPrograms(root: string): string | null
