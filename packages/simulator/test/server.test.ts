import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '@security-reports/simulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, begin } from './client.ts';

test('listens on a free port of this machine only', async () => {
  await using simulator = await startSimulator();
  expect(simulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test('listens on the port that it is given', async () => {
  const first = await startSimulator();
  const port = Number(new URL(first.url).port);
  await expect(startSimulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.close();
  await using second = await startSimulator({ port });
  expect(second.url).toBe(first.url);
});

test('starts with the samples that it is given', async () => {
  await using simulator = await startSimulator({
    spectraAnalyze: { samples: [{ name: 'a' }, { name: 'b' }] },
  });
  expect(simulator.spectraAnalyze.listSamples().map(({ name }) => name)).toEqual(['a', 'b']);
});

test('closes at once, idle, half-sent and kept-alive connections included', async () => {
  const simulator = await startSimulator();
  await fetch(`${simulator.url}/`, { keepalive: true });
  const { port } = new URL(simulator.url);
  const silent = connect(Number(port), '127.0.0.1');
  const halfSent = connect(Number(port), '127.0.0.1');
  const ends = [silent, halfSent].map(
    (socket) => new Promise((resolve) => socket.on('error', resolve).on('close', resolve)),
  );
  await new Promise((resolve) => halfSent.write('GET / HTTP/1.1\r\nHost: a\r\n', resolve));
  await expect.poll(() => silent.readyState).toBe('open');
  await simulator.close();
  await Promise.all(ends);
});

test('can be closed twice', async () => {
  const simulator = await startSimulator();
  await simulator.close();
  await simulator.close();
});

describe('over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  let tls: { key: string; cert: string };
  beforeAll(() => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '2',
        ],
        ...['-subj', '/CN=simulator', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
      ],
      { stdio: 'ignore' },
    );
    tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('answers those who trust its certificate, and no others', async () => {
    await using simulator = await startSimulator({ tls });
    expect(simulator.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const path = `/api/pdf/${simulator.spectraAnalyze.addSample().sha1}/status`;
    expect(await ask(simulator, path, { ca: tls.cert })).toMatchObject({ status: 200, error: undefined });
    expect(await ask(simulator, path)).toMatchObject({
      status: undefined,
      error: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  test('closes also when somebody connects and says nothing', async () => {
    const simulator = await startSimulator({ tls });
    const silent = connect(Number(new URL(simulator.url).port), '127.0.0.1');
    const end = new Promise((resolve) => silent.on('error', resolve).on('close', resolve));
    await expect.poll(() => silent.readyState).toBe('open');
    // Once this was answered, the earlier connection has been accepted.
    await ask(simulator, '/', { ca: tls.cert });
    await simulator.close();
    await end;
  });

  test('resets, truncates and closes as without it', async () => {
    const simulator = await startSimulator({ tls });
    const { sha1 } = simulator.spectraAnalyze.addSample();
    const path = `/api/pdf/${sha1}/status`;
    const route = 'spectra-analyze.pdf.status';
    simulator.faults.script({ route, fault: { kind: 'reset' } });
    simulator.faults.script({ route, fault: { kind: 'truncate', bytes: 5 } });
    simulator.faults.script({ route, fault: { kind: 'reset-mid-body', bytes: 5 } });
    simulator.faults.script({ route, fault: { kind: 'hang' } });
    expect(await ask(simulator, path, { ca: tls.cert })).toMatchObject({
      status: undefined,
      error: 'ECONNRESET',
    });
    const truncated = await ask(simulator, path, { ca: tls.cert });
    expect(truncated).toMatchObject({ status: 200, error: 'ECONNRESET' });
    expect(truncated.body).toHaveLength(5);
    expect(await ask(simulator, path, { ca: tls.cert })).toMatchObject({ status: 200, error: 'ECONNRESET' });
    const hanging = begin(simulator, path, { ca: tls.cert });
    await expect.poll(() => simulator.journal.list().length).toBe(4);
    await simulator.close();
    expect((await hanging.outcome).error).toBe('ECONNRESET');
  });
});
