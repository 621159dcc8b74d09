/** Path of a program on the PATH or in root's folders; `null` when it is not installed. */
export function findProgram(name: string): string | null
/** Debian packages that are missing here, sorted. */
export function missingPackages(): string[]
/** What a person types to have every program. */
export function installCommand(packages?: readonly string[]): string
/** Folder that holds the files of Debian's package `wordpress`, if bootstrap has unpacked it. */
export function wordpressFolder(root: string): string
/** `null`, or what will be skipped and how to change that. */
export function installPrograms(root: string): string | null
