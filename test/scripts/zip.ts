import { crc32, deflateRawSync } from 'node:zlib'

/** One entry of an archive, including hostile ones that libraries refuse to write. */
export interface Entry {
  readonly name: string
  readonly content?: string | Buffer
  /** Unix mode with file type. @default none */
  readonly mode?: number
  /** System that created it: 3 is Unix, 19 is macOS. @default 3 */
  readonly system?: number
  /** Unpacked size stated in the archive. @default the real one */
  readonly claimedBytes?: number
  /** Stored without compression. @default false */
  readonly stored?: boolean
}

/** Bytes of a zip archive. Source of the layout: PKWARE APPNOTE 6.3.10, §4.3.7 and §4.3.12. */
export function zip(entries: readonly Entry[]): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const content = Buffer.from(entry.content ?? '')
    const packed = entry.stored ? content : deflateRawSync(content)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(entry.stored ? 0 : 8, 4)
    common.writeUInt16LE(0x21, 8)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(entry.claimedBytes ?? content.length, 18)
    common.writeUInt16LE(name.length, 22)
    const central = Buffer.alloc(14)
    central.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 6)
    central.writeUInt32LE(offset, 10)
    const file = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed])
    const made = Buffer.from([20, entry.system ?? 3])
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), made, common, central, name]))
    files.push(file)
    offset += file.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...files, list, end])
}
