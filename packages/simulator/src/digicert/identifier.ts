import { seededBytes } from '../samples/random.ts';

/** A UUID that is always the same for the same key. */
export function seededUuid(key: string): string {
  const bytes = seededBytes(key, 16);
  // Version 4 and variant 1 of RFC 9562, at their places.
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
