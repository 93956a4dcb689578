import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { fileURLToPath } from 'node:url';
import { readActionMetadata } from '../local/action-metadata.ts';

// Writes the tables of inputs and outputs into README.md; with --check, only says whether they are up to date.

const file = fileURLToPath(new URL('../../../README.md', import.meta.url));
const { inputs, outputs } = readActionMetadata();

const before = await readFile(file, 'utf8');
let after = before;
after = replaceBetweenMarkers(after, 'inputs', [
  ['Input', 'Default', 'Meaning'],
  ...inputs.map((input) => [code(input.name), inputDefault(input), description(input)]),
]);
after = replaceBetweenMarkers(after, 'outputs', [
  ['Output', 'Meaning'],
  ...outputs.map((output) => [code(output.name), description(output)]),
]);
// Prettier checks README.md as well, and has its own idea of how wide the columns are.
const style = { ...(await resolveConfig(file)), filepath: file };
after = await format(after, style);

if (after === (await format(before, style))) {
  console.log('The tables in README.md say what action.yml says.');
} else if (process.argv.includes('--check')) {
  console.error('The tables in README.md differ from action.yml. Run: npx -y pnpm@12 run docs');
  process.exitCode = 1;
} else {
  await writeFile(file, after);
  console.log('Wrote the tables in README.md.');
}

function replaceBetweenMarkers(text: string, name: string, rows: readonly (readonly string[])[]): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`README.md must contain ${start} and, after it, ${end}`);
  const [head = [], ...body] = rows;
  const lines = [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`);
  return `${text.slice(0, from + start.length)}\n\n${lines.join('\n')}\n\n${text.slice(to)}`;
}

function description({ name, description: text = '' }: { name: string; description?: string }): string {
  if (text.trim() === '') throw new Error(`${name} has no description in action.yml`);
  return escapeCell(text);
}

function inputDefault({ required, default: value = '' }: { required: boolean; default?: string }): string {
  if (required) return 'required';
  // A long list can wrap between its members, and so does not widen the whole table.
  return value === '' ? '' : value.split(',').map(code).join(', ');
}

function code(text: string): string {
  return `\`${escapeCell(text)}\``;
}

function escapeCell(text: string): string {
  return text
    .trim()
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ');
}
