import { describe, expect, test } from 'vitest';
import type { ActionInput } from '../local/action-metadata.ts';
import { parseFlags, UsageError } from '../local/flags.ts';
import { renderHelp } from '../local/help.ts';
import { createLogRenderer } from '../local/log-renderer.ts';
import { parseOutputFile } from '../local/output-file.ts';
import { renderReportTable } from '../local/report-table.ts';

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

  test('is empty without reports', () => {
    expect([renderReportTable(undefined), renderReportTable('[]')]).toEqual(['', '']);
  });
});
