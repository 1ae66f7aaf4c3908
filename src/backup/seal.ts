import { crc32 } from 'node:zlib'

/**
 * The end of a backup: a gzip member of its own with the SHA-256 of every byte before it. gzip's own checksum leaves
 * bits of the file uncovered; this covers all. Written by hand, because it is compared byte by byte: what a library
 * makes of the same text may differ from version to version.
 */
export function sealOf(digest: Buffer): Buffer {
  const text = Buffer.from(`{"sha256":"${digest.toString('hex')}"}\n`)
  const numbers = Buffer.alloc(13)
  numbers.writeUInt8(1, 0) // the last block, stored as it is (RFC 1951, 3.2.4)
  numbers.writeUInt16LE(text.length, 1)
  numbers.writeUInt16LE(text.length ^ 0xffff, 3)
  numbers.writeUInt32LE(crc32(text), 5)
  numbers.writeUInt32LE(text.length, 9)
  return Buffer.concat([HEADER, numbers.subarray(0, 5), text, numbers.subarray(5)])
}

/** Deflate, no flags, no time, no system (RFC 1952, 2.3). */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])

export const SEAL_BYTES = sealOf(Buffer.alloc(32)).length
