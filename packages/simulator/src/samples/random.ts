import { createHash } from 'node:crypto';

/**
 * Bytes that look random and are always the same for the same key: the SHA-256 of the key and a counter, block after
 * block.
 */
export function seededBytes(key: string, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let made = 0; made < length; made += 32) {
    blocks.push(createHash('sha256').update(`${key}\n${made}`).digest());
  }
  return Buffer.concat(blocks, length);
}
