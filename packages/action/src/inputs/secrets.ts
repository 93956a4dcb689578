import type { InputSource } from './input-reader.ts';
import { jsonObject, lines } from './parsers.ts';

/** All that the log must never show: the credential, passwords, the values of callback headers, links that may be signed. */
export function secretsIn(source: InputSource): readonly string[] {
  const secrets = [
    source.text('token'),
    source.text('file-password'),
    source.text('callback-url'),
    ...lines(source.text('download-links')),
    ...headerValues(source.text('callback-headers')),
  ];
  return [...new Set(secrets)].filter((secret) => secret !== '');
}

/** Of something that is not the JSON object it should be, all of it is a secret. */
function headerValues(text: string): readonly string[] {
  try {
    return Object.values(jsonObject(text)).filter((value) => typeof value === 'string');
  } catch {
    return [text];
  }
}
