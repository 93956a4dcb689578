import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '@security-reports/simulator';
import { afterEach, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

interface Command {
  readonly process: ReturnType<typeof spawn>;
  readonly out: () => string;
  readonly err: () => string;
  /** The exit code and the signal that ended it. */
  readonly end: Promise<unknown[]>;
}

const started: Command[] = [];
afterEach(async () => {
  for (const command of started.splice(0)) {
    command.process.kill('SIGKILL');
    await command.end;
  }
});

function run(...args: string[]): Command {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  const command = { process: child, out: () => out, err: () => err, end: once(child, 'close') };
  started.push(command);
  return command;
}

/** Waits until everything was printed: the second example is the last line. */
async function printed(command: Command): Promise<string> {
  await expect.poll(command.out).toContain('--output report.pdf\n');
  return command.out();
}

test('prints where it is, its token, its samples, and how to try them', async () => {
  const command = run('--seed', '7');
  const text = await printed(command);
  const [, url = ''] = /listens on (http:\/\/127\.0\.0\.1:\d+)/.exec(text) ?? [];
  const [, token = ''] = /^Token: (\S+)$/m.exec(text) ?? [];

  const samples = [...text.matchAll(/^ {2}([0-9a-f]{40}) {2}([a-z-]+): \S/gm)];
  expect(samples.map(([, , name]) => name)).toEqual(['quick', 'slow', 'malicious', 'expires-once', 'fails']);
  for (const [, hash = ''] of samples) {
    const answer = await fetch(`${url}/api/pdf/${hash}/status`, {
      headers: { authorization: `Token ${token}` },
    });
    expect(answer.status).toBe(200);
  }

  const examples = [...text.matchAll(/^ {2}curl -H '(\w+): (.*?)' (\S+)/gm)];
  expect(examples).toHaveLength(2);
  for (const [index, [, name = '', value = '', address = '']] of examples.entries()) {
    if (index === 1) {
      await fetch(`${url}/_simulator/advance`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"seconds":1}',
      });
    }
    expect((await fetch(address, { headers: { [name]: value } })).status, address).toBe(200);
  }
});

test('prints the same token and hashes for the same seed as the function has', async () => {
  await using simulator = await startSimulator({ seed: 7 });
  const text = await printed(run('--seed', '7'));
  expect(text).toContain(simulator.spectraAnalyze.token);
  expect(text).toContain(simulator.spectraAnalyze.addSample({ name: 'quick' }).sha1);
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s stops it cleanly, with a request hanging', async (signal) => {
  const command = run();
  const [, url = ''] = /listens on (\S+)/.exec(await printed(command)) ?? [];
  await fetch(`${url}/_simulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"route":"spectra-analyze.pdf.status","fault":{"kind":"hang"}}',
  });
  const hanging = fetch(`${url}/api/pdf/${'0'.repeat(40)}/status`).catch(String);
  await expect
    .poll(async () => (await fetch(`${url}/_simulator/requests`)).text())
    .toContain('"fault":"hang"');
  command.process.kill(signal);
  expect(await command.end).toEqual([0, null]);
  expect(await hanging).toContain('fetch failed');
  expect(command.err()).toBe('');
});

test('faults that end connections, and clients that go away, leave it quiet and running', async () => {
  const command = run();
  const text = await printed(command);
  const [, url = ''] = /listens on (\S+)/.exec(text) ?? [];
  const path = `/api/pdf/${'0'.repeat(40)}/status`;
  const faults = [
    { kind: 'reset' },
    { kind: 'reset-mid-body', bytes: 0 },
    { kind: 'truncate', bytes: 3 },
    { kind: 'huge-body', bytes: 'endless' },
    { kind: 'drip', bytes: 1, pauseMs: 20 },
    { kind: 'delay', ms: 60_000 },
  ];
  for (const fault of faults) {
    await fetch(`${url}/_simulator/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ route: 'spectra-analyze.pdf.status', fault }),
    });
    const leaving = new AbortController();
    const asked = fetch(url + path, { signal: leaving.signal })
      .then((answer) => answer.body?.getReader().read())
      .catch(() => undefined);
    await expect
      .poll(async () => (await fetch(`${url}/_simulator/requests`)).text())
      .toContain(`"fault":"${fault.kind}"`);
    leaving.abort();
    await asked;
  }
  expect((await fetch(url + path)).status).toBe(403);
  command.process.kill('SIGINT');
  expect(await command.end).toEqual([0, null]);
  expect(command.err()).toBe('');
  expect(command.out()).toBe(text);
});

test.each([
  [['--prot', '1'], "Unknown option '--prot'"],
  [['extra'], "Unexpected argument 'extra'"],
  [['--port', 'http'], "--port takes a whole number from 0 to 65535, not 'http'"],
  [['--port', '65536'], "not '65536'"],
  [['--seed', '1.5'], "--seed takes a whole number from 0 to 9007199254740991, not '1.5'"],
])('%j ends in a usage error', async (args, message) => {
  const command = run(...args);
  expect(await command.end).toEqual([2, null]);
  expect(command.err()).toContain(message);
  expect(command.err()).toContain('Usage: security-reports-simulator [--port <number>] [--seed <number>]');
  expect(command.out()).toBe('');
});

test('says so when the port is taken', async () => {
  await using simulator = await startSimulator();
  const command = run('--port', new URL(simulator.url).port);
  expect(await command.end).toEqual([1, null]);
  expect(command.err()).toBe('The port is taken. Give another one with --port, or none for a free one.\n');
});
