export type HashType = 'md5' | 'sha1' | 'sha256';

/** A sample's hash in lower-case hex. */
export interface SampleHash {
  readonly type: HashType;
  readonly value: string;
}

const typeByLength: Readonly<Record<number, HashType>> = { 32: 'md5', 40: 'sha1', 64: 'sha256' };

/** Reads an MD5, SHA-1 or SHA-256 in hex of any letter case, or gives `undefined` for anything else. */
export function parseHash(text: string): SampleHash | undefined {
  const value = text.trim().toLowerCase();
  const type = typeByLength[value.length];
  return type !== undefined && /^[0-9a-f]+$/.test(value) ? { type, value } : undefined;
}
