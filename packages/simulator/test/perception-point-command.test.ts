import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSimulator } from '@security-reports/simulator';
import { expect, test } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test("the command prints the token and the vendor's examples, which work as they are", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'simulator-command-'));
  const command = spawn(process.execPath, [main, '--seed', '3'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = once(command, 'exit');
  try {
    let printed = '';
    command.stdout.on('data', (text: Buffer) => (printed += text.toString()));
    await expect.poll(() => printed).toContain('DigiCert');
    const section = printed.slice(printed.indexOf('Perception Point'), printed.indexOf('DigiCert'));

    await using same = await startSimulator({ seed: 3 });
    expect(section).toContain(`Token: ${same.perceptionPoint.token}\n`);

    await writeFile(join(folder, 'package.json'), 'SIMULATED-MALWARE');
    const examples = [...section.matchAll(/^ {2}curl (.*)$/gm)].map(([, line = '']) => wordsOf(line));
    const answers: unknown[] = [];
    for (const example of examples) {
      const { stdout } = await promisify(execFile)('curl', ['--silent', ...example], { cwd: folder });
      answers.push(JSON.parse(stdout));
    }
    const scan_id = expect.any(Number) as number;
    expect(answers).toMatchObject([{ scan_id }, { scan_id }, { count: 2 }]);

    const [, url = ''] = /^Base URL: (\S+)$/m.exec(section) ?? [];
    const submissions = await (await fetch(`${url}/_simulator/perception-point/submissions`)).json();
    expect(submissions).toMatchObject({
      submissions: [
        { source: 'path', name: 'sample.doc' },
        { source: 'data', name: 'my_file.doc', callbackHeaderNames: ['Auth'] },
      ],
    });
  } finally {
    command.kill();
    await end;
    await rm(folder, { recursive: true });
  }
});

/** As a shell reads the line: what is between single quotes is one word. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}
