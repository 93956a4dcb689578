import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const config = 'eslint.portable.config.js';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const [command, ...checkPortable] = (scripts['check:portable'] ?? '').split(' ');

/** Runs what `pnpm check:portable` runs; with `planted`, on that text instead of core's files. */
function runCheck(planted?: string): { status: number | null; output: string } {
  expect(command).toBe('eslint');
  const eslint = join(
    dirname(createRequire(import.meta.url).resolve('eslint/package.json')),
    'bin',
    'eslint.js',
  );
  const flags = checkPortable.filter((word) => !word.startsWith('packages/'));
  const target = planted === undefined ? checkPortable : [...flags, '--stdin', '--stdin-filename', plantedAt];
  const run = spawnSync(process.execPath, [eslint, ...target], {
    cwd: root,
    encoding: 'utf8',
    input: planted,
  });
  return { status: run.status, output: run.stdout + run.stderr };
}

const plantedAt = 'packages/core/src/planted.ts';
const eslint = new ESLint({ cwd: root, overrideConfigFile: join(root, config), allowInlineConfig: false });

async function problemsOf(code: string, file = plantedAt): Promise<string[]> {
  const results = await eslint.lintText(code, { filePath: join(root, file), warnIgnored: true });
  return results.flatMap((result) => result.messages.map((message) => message.ruleId ?? message.message));
}

describe('core without its node/ folder', () => {
  test('and the package that will be bundled with it pass', () => {
    expect(runCheck()).toMatchObject({ status: 0, output: '' });
  });

  test('fails on a forbidden global, whatever a comment says', () => {
    const { status, output } = runCheck('/* eslint-disable */\nprocess.exit(); // eslint-disable-line\n');
    expect(output).toContain("restricted global 'process'");
    expect(status).toBe(1);
  });

  test.each([
    'setTimeout(() => undefined, 1);',
    'setInterval(() => undefined, 1);',
    'setImmediate(() => undefined);',
    'clearTimeout(1);',
    'export const environment = process.env;',
    'export const everything = globalThis;',
    'export const everything = global;',
    'export const here = __dirname;',
    'export const here = __filename;',
    'export type Timer = ReturnType<typeof setTimeout>;',
  ])('may not contain the global in: %s', async (code) => {
    expect(await problemsOf(code)).toContain('scanner/no-restricted-globals');
  });

  test.each(["console.log('x');", 'export const { log } = console;', "void fetch('https://example.com');"])(
    'may not contain: %s',
    async (code) => {
      expect(await problemsOf(code)).toEqual(['no-restricted-globals']);
    },
  );

  test.each([
    "import { readFile } from 'node:fs/promises';",
    "import fs from 'fs';",
    "import type { Readable } from 'node:stream';",
    "import { request } from 'undici';",
    "import '@security-reports/core/node';",
    "void import('node:http');",
    "void require('node:http');",
  ])('may not contain the import in: %s', async (code) => {
    expect(await problemsOf(code)).toEqual(['scanner/no-restricted-imports']);
  });

  test.each([
    "export { request } from 'undici';",
    "export * from 'node:buffer';",
    "export type Stream = import('node:stream').Readable;",
    "import { systemClock } from './node/index.ts';",
    "import type { systemClock } from '../node/system-clock.ts';",
    "export * from './node/index.ts';",
    "void import('./node/index.ts');",
  ])('may not reach Node through: %s', async (code) => {
    expect(await problemsOf(code)).toEqual(['no-restricted-syntax']);
  });

  test.each(["eval('1');", "export const apiKey = '0123456789abcdef0123456789abcdef';"])(
    'may not contain: %s',
    async (code) => {
      expect(await problemsOf(code)).toHaveLength(1);
    },
  );

  test.each([
    "export * from './verdict.ts';",
    "import { createHash } from 'node:crypto';",
    "import { parse } from 'content-disposition';",
    'export const pieces = [AbortSignal, Buffer, URL, TextDecoder, queueMicrotask];',
    'export const nested = { process: 1 }.process;',
  ])('may contain: %s', async (code) => {
    expect(await problemsOf(code)).toEqual([]);
  });

  test('is where the check ends: the node/ folder may use Node', async () => {
    const problems = await problemsOf("import 'node:fs';", 'packages/core/src/node/planted.ts');
    expect(problems).toEqual([expect.stringContaining('ignored')]);
  });

  test('and a bundled package with a forbidden global fails', async () => {
    const file = 'packages/core/node_modules/content-disposition/dist/planted.js';
    expect(await problemsOf('process.exit();', file)).toEqual(['scanner/no-restricted-globals']);
  });
});
