import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** Makes of a value a text that only who has the token can read. n8n keeps what an item carries, and shows it. */
export function seal(token: string, value: object): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, keyOf(token), iv);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
}

/** @throws for what was sealed with another token, or changed since. */
export function unseal(token: string, text: string): unknown {
  const bytes = Buffer.from(text, 'base64');
  const decipher = createDecipheriv(algorithm, keyOf(token), bytes.subarray(0, ivBytes));
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  const sealed = bytes.subarray(ivBytes + tagBytes);
  return JSON.parse(Buffer.concat([decipher.update(sealed), decipher.final()]).toString()) as unknown;
}

function keyOf(token: string): Buffer {
  return createHmac('sha256', token).update('what a callback scan is asked for').digest();
}
