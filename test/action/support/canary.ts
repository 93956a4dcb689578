import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '@security-reports/simulator';
import { expect } from 'vitest';
import { allFilesIn, type StepResult } from './step.ts';

/** A secret with characters that every encoding changes, and with `name` to tell it from others. */
export function canary(name: string): string {
  return `c4n4ry-${name}+/"token"&never=shown`;
}

/** Everything by which a secret would be recognised. */
function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64');
  return [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(encodeURIComponent(secret)),
    JSON.stringify(secret).slice(1, -1),
    asHtml(secret),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
    Buffer.from(secret).toString('hex'),
  ];
}

/** Error answers with a secret in them, in every shape of body and every form that a careless server could give it. */
export function careless(secret: string): readonly Fault[] {
  const base64 = Buffer.from(secret).toString('base64');
  const withUser = Buffer.from(`user:${secret}`).toString('base64');
  const page = `<html><head><title>${asHtml(secret)} &quot;${secret}</title></head></html>`;
  return [
    { kind: 'status', status: 400, json: { detail: `Refused: ${secret}` } },
    { kind: 'status', status: 400, json: { name: [secret, encodeURIComponent(secret)] } },
    { kind: 'status', status: 400, json: { non_field_errors: [base64] } },
    { kind: 'status', status: 403, json: { error: withUser, code: secret } },
    {
      kind: 'status',
      status: 404,
      json: { code: secret, message: encodeURIComponent(encodeURIComponent(secret)) },
    },
    { kind: 'status', status: 400, json: { errors: [{ code: base64, message: asHtml(secret) }] } },
    { kind: 'status', status: 400, json: JSON.stringify(secret) },
    { kind: 'status', status: 400, text: asUnicodeEscapes(secret), mediaType: 'application/json' },
    { kind: 'status', status: 409, text: `${secret} ${base64} ${asUnicodeEscapes(secret)}` },
    { kind: 'status', status: 418, text: page, mediaType: 'text/html' },
    { kind: 'status', status: 200, text: page, mediaType: 'text/html' },
    { kind: 'status', status: 200, text: `token ${secret}` },
    { kind: 'wrong-json', json: { token: secret } },
    { kind: 'wrong-json', json: secret },
    { kind: 'redirect', status: 307, location: `http://example.com/${encodeURIComponent(secret)}` },
    { kind: 'redirect', status: 302, location: `http://example.com/?token=${encodeURIComponent(secret)}` },
    { kind: 'redirect', status: 302, location: `https://user:${encodeURIComponent(secret)}@127.0.0.1:9/` },
  ];
}

/** Checks that a step has shown none of the secrets, in whatever form. */
export async function expectNowhere(
  secrets: readonly string[],
  step: StepResult,
  workspace: string,
): Promise<void> {
  const files = await allFilesIn(workspace);
  const contents = await Promise.all(files.map((file) => readFile(join(workspace, file), 'latin1')));
  const places = {
    // The runner is told what to mask, and reads that line itself.
    log: step.log.replace(/^::add-mask::.*$/gm, ''),
    stderr: step.stderr,
    summary: step.summary,
    outputs: JSON.stringify(step.outputs),
    'names of files': files.join(),
    files: contents.join(),
  };
  for (const [place, text] of Object.entries(places))
    for (const form of secrets.flatMap(formsOf)) expect(text, `${form} in the ${place}`).not.toContain(form);
}

function asHtml(text: string): string {
  return text.replace(/[&<>"'/]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** As a JSON string of nothing but escapes. */
function asUnicodeEscapes(text: string): string {
  const escapes = text.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${escapes.join('')}"`;
}
