import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ActionInput } from '../local/action-metadata.ts';
import { parseFlags, UsageError } from '../local/flags.ts';
import { type Expectation, whatDiffers } from '../local/demo-expectation.ts';
import { renderHelp } from '../local/help.ts';
import { createLogRenderer } from '../local/log-renderer.ts';
import { parseOutputFile } from '../local/output-file.ts';
import { renderReportTable } from '../local/report-table.ts';
import { renderSummary } from '../local/render-summary.ts';
import { secretInputs, secretsFrom } from '../local/secret-inputs.ts';
import { secretsIn } from '../src/inputs/secrets.ts';
import { summaryFor } from '../src/publish/summary.ts';

const known: ActionInput[] = [
  { name: 'service', required: true, description: 'Where the reports come from.' },
  { name: 'token', required: true, description: 'The secret.' },
  { name: 'hashes', required: false, description: 'What to ask for.' },
  { name: 'ca-certificate', required: false },
  { name: 'classification', required: false, default: 'false' },
  { name: 'archive', required: false, default: 'true' },
  { name: 'timeout', required: false, default: '15m' },
];

function inputsOf(...words: string[]): Record<string, string> {
  const flags = parseFlags(words, known);
  if (flags.help) throw new Error('asked for help');
  return flags.inputs;
}

function problemsOf(...words: string[]): string[] {
  try {
    parseFlags(words, known);
  } catch (error) {
    if (error instanceof UsageError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('the flags of run-action', () => {
  test('take a value after a space or an equals sign', () => {
    expect(inputsOf('--service', 'spectra-analyze', '--hashes=a, b=c')).toEqual({
      service: 'spectra-analyze',
      hashes: 'a, b=c',
    });
  });

  test('take a value of several lines', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----';
    expect(inputsOf('--ca-certificate', pem)).toEqual({ 'ca-certificate': pem });
    expect(inputsOf(`--ca-certificate=${pem}`)).toEqual({ 'ca-certificate': pem });
  });

  test('may stand alone when they are true or false', () => {
    expect(inputsOf('--classification', '--archive', 'false')).toEqual({
      classification: 'true',
      archive: 'false',
    });
    expect(inputsOf('--classification=false', '--archive')).toEqual({
      classification: 'false',
      archive: 'true',
    });
  });

  test('are refused all at once, each unknown one with the nearest name there is', () => {
    expect(problemsOf('--hashs', 'a', '--classifcation', '--timeout', '--archive', 'maybe')).toEqual([
      'There is no --hashs. Did you mean --hashes?',
      'There is no --classifcation. Did you mean --classification?',
      '--timeout needs a value.',
      '"maybe" belongs to no flag. Put a value with spaces in quotes.',
    ]);
  });

  test('are refused when they are given twice', () => {
    expect(problemsOf('--hashes', 'a', '--hashes', 'b')).toEqual([
      '--hashes is given twice. Put all values into one.',
    ]);
  });

  test.each([['--token', 'hidden'], ['--token=hidden'], ['--tokn', 'hidden']])(
    'do not take the token, and do not repeat it: %s',
    (...words) => {
      const problems = problemsOf(...words);
      expect(problems).toEqual([expect.stringContaining('SECURITY_REPORTS_TOKEN')]);
      expect(problems.join()).not.toContain('hidden');
    },
  );

  test.each(['--help', '-h'])('ask for help with %s', (word) => {
    expect(parseFlags(['--service', 'x', word], known)).toEqual({ help: true });
  });

  test('are explained by the help, with defaults, and without the token', () => {
    const help = renderHelp(known);
    expect(help).toContain('--service (required)\n      Where the reports come from.');
    expect(help).toContain('--timeout (default: 15m)');
    expect(help).not.toContain('--token');
  });

  test('can be variables where they may be secret', () => {
    expect(
      secretsFrom({
        SECURITY_REPORTS_FILE_PASSWORD: 'p',
        SECURITY_REPORTS_CALLBACK_HEADERS: '{}',
        SECURITY_REPORTS_DOWNLOAD_LINKS: '',
        SECURITY_REPORTS_TOKEN: 't',
        SECURITY_REPORTS_HASHES: 'h',
      }),
    ).toEqual({ 'file-password': 'p', 'callback-headers': '{}' });
  });

  test('can be variables wherever the Action masks an input', () => {
    const masked: string[] = [];
    secretsIn({
      text: (name) => {
        masked.push(name);
        return '';
      },
      workspace: '',
      isPullRequest: false,
    });
    expect(masked.sort()).toEqual(['token', ...secretInputs].sort());
  });
});

describe('the output file', () => {
  test('holds values of one line and of several, and the last one counts', () => {
    const text = 'a=1=2\nb<<ghadelimiter_1\nfirst\n\n third\nghadelimiter_1\na<<EOF\nnew\nEOF\nempty<<E\nE\n';
    expect(parseOutputFile(text)).toEqual({ a: 'new', b: 'first\n\n third', empty: '' });
  });

  test('may have the line ends of Windows', () => {
    expect(parseOutputFile('a<<E\r\n1\r\n2\r\nE\r\nb=3\r\n')).toEqual({ a: '1\n2', b: '3' });
  });

  test('can hold a value that looks like another output', () => {
    expect(parseOutputFile('a<<E\nb=1\nc<<F\nE\n')).toEqual({ a: 'b=1\nc<<F' });
  });

  test('is refused when a value does not end or a line is no output', () => {
    expect(() => parseOutputFile('a<<E\n1\n')).toThrow('a does not end');
    expect(() => parseOutputFile('nothing\n')).toThrow('no output: nothing');
  });
});

describe('the log on a terminal', () => {
  const render = (...lines: string[]): (string | undefined)[] =>
    lines.map(createLogRenderer({ colour: false }));

  test('indents what is in a group', () => {
    expect(render('::group::Fetching', 'one', '::endgroup::', 'two')).toEqual([
      'Fetching',
      '  one',
      undefined,
      'two',
    ]);
  });

  test('names errors and warnings by their title', () => {
    expect(
      render(
        '::error title=Timed out%3A a%2C b::50%25%0Ago on',
        '::warning::careful',
        '::notice title=Hm::x',
      ),
    ).toEqual(['Error: Timed out: a, b: 50%\ngo on', 'Warning: careful', 'Notice: Hm: x']);
  });

  test('hides what was masked, each line of it, and in groups and errors too', () => {
    expect(
      render('::add-mask::abc', '::add-mask::abcdef%0Asecond', 'x abcdef abc', '::group::abc', 'second'),
    ).toEqual([undefined, undefined, 'x *** ***', '***', '  ***']);
  });

  test('drops commands that are for the runner alone', () => {
    expect(render('::debug::x', '::save-state name=a::b', 'a::b::c')).toEqual([
      undefined,
      undefined,
      'a::b::c',
    ]);
  });

  test('has colours only when they are asked for', () => {
    expect(createLogRenderer({ colour: true })('::error::x')).toBe('\u001B[31mError: x\u001B[39m');
  });
});

describe('the table of reports', () => {
  test('shows the file of a report, and the subject where there is none', () => {
    const reports = [
      { state: 'ready', subject: 'abc', path: 'security-reports/abc.pdf', size: 2000 },
      { state: 'missing', subject: 'def' },
    ];
    expect(renderReportTable(JSON.stringify(reports))).toBe(
      ['STATE      SIZE  REPORT', 'ready    2.0 kB  security-reports/abc.pdf', 'missing       -  def'].join(
        '\n',
      ),
    );
  });

  test('has the verdicts when there are some', () => {
    const reports = [
      { state: 'ready', subject: 'a', path: 'a.json', size: 770, verdict: 'malicious' },
      { state: 'timeout', subject: 'b' },
    ];
    expect(renderReportTable(JSON.stringify(reports))).toBe(
      [
        'STATE    VERDICT         SIZE  REPORT',
        'ready    malicious  770 bytes  a.json',
        'timeout  -                  -  b',
      ].join('\n'),
    );
  });

  test('is empty without reports', () => {
    expect([renderReportTable(undefined), renderReportTable('[]')]).toEqual(['', '']);
  });
});

describe('the summary as text', () => {
  test('has the cells of each row below each other, and the failures', () => {
    const html = summaryFor({
      service: 'digicert',
      findings: {
        entries: [
          { service: 'digicert', subject: 'Orders & more', state: 'ready', path: 'a/b_c.csv', size: 2000 },
          { service: 'digicert', subject: 'Gone', state: 'missing', message: 'There is none. <Look> again.' },
        ],
        verdictsAskedFor: false,
      },
      reasonsToFail: ['1 missing of 2 reports.'],
      directory: 'a',
      reportsFile: 'a/reports.json',
      artifact: undefined,
      repository: 'owner/name',
      runId: '1',
    });

    expect(renderSummary(html)).toBe(
      [
        'DigiCert CertCentral: failed (1 missing, 1 ready)',
        '',
        '1 missing of 2 reports.',
        '1 report (2.0 kB) in a. All entries: a/reports.json.',
        'Gone',
        '  Report   missing',
        '',
        'Orders & more',
        '  Report   b_c.csv, 2.0 kB',
        '',
        'What went wrong, and what to do',
        '',
        '- Gone: There is none. <Look> again.',
      ].join('\n'),
    );
  });
});

describe('the demo', () => {
  async function emptyFolder(): Promise<string> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'security-reports-demo-')));
    onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    return folder;
  }

  test('shows all three services, and ends as it says', async () => {
    const folder = await emptyFolder();
    const env = { ...process.env, INIT_CWD: folder };
    const demo = fileURLToPath(new URL('../local/demo.ts', import.meta.url));
    const child = spawn(process.execPath, [demo], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [log] = await Promise.all([text(child.stdout), once(child, 'close')]);

    expect(child.exitCode, log).toBe(0);
    expect(log.match(/^\$ npx -y pnpm@12 run-action --service \S+/gm)).toEqual([
      '$ npx -y pnpm@12 run-action --service spectra-analyze',
      '$ npx -y pnpm@12 run-action --service perception-point',
      '$ npx -y pnpm@12 run-action --service digicert',
    ]);
    expect((await readdir(join(folder, 'demo-output'))).sort()).toEqual([
      'digicert',
      'perception-point',
      'spectra-analyze',
      'to-scan',
    ]);
  });

  test('notices a state, a verdict, a file or an exit code that is not as it says', async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, 'a.pdf'), 'abc');
    const ready = { state: 'ready', verdict: 'clean', mediaType: 'application/pdf', path: 'a.pdf', size: 3 };
    const expected: Expectation = { inWords: '', exitCode: 0, reports: [ready] };
    const differences = (report: object, exitCode = 0): Promise<readonly string[]> =>
      whatDiffers({ exitCode, outputs: { reports: JSON.stringify([report]) } }, expected, folder);

    expect(await differences(ready)).toEqual([]);
    expect(await differences(ready, 1)).toEqual(['its exit code is 1, not 0']);
    expect(await differences({ ...ready, verdict: 'malicious' })).toEqual([
      'what came is "ready, malicious, application/pdf", not "ready, clean, application/pdf"',
    ]);
    expect(await differences({ ...ready, size: 4 })).toEqual(['a.pdf is not there as it was announced']);
    expect(await differences({ state: 'timeout' })).toHaveLength(1);
    expect(await whatDiffers(undefined, expected, folder)).toEqual(['it did not run']);
  });
});
