import { createHash } from 'node:crypto';

/** The kinds of hash that the API takes (doc). */
export type HashType = 'md5' | 'sha1' | 'sha256';

/** The three hashes of a sample, in lower-case hexadecimal. */
export type SampleHashes = Readonly<Record<HashType, string>>;

const typeByLength: Readonly<Record<number, HashType>> = { 32: 'md5', 40: 'sha1', 64: 'sha256' };

/** The kind of a hash in any letter case, or undefined for a malformed one. */
export function hashTypeOf(hash: string): HashType | undefined {
  return /^[0-9a-f]+$/i.test(hash) ? typeByLength[hash.length] : undefined;
}

/** The hashes of a file's content. */
export function hashesOf(content: string | Uint8Array): SampleHashes {
  const digest = (type: HashType): string => createHash(type).update(content).digest('hex');
  return { md5: digest('md5'), sha1: digest('sha1'), sha256: digest('sha256') };
}
