/**
 * Reads what the Action wrote to the file of `GITHUB_OUTPUT`: `name=value` on a line, or `name<<delimiter`,
 * the lines of the value, and the delimiter alone on a line. A name that is written again gets the new value.
 *
 * @throws Error for a line that is neither, and for a value without its delimiter; the runner refuses both.
 */
export function parseOutputFile(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line === '') continue;
    const [, name = '', separator, rest = ''] = /^(.*?)(<<|=)(.*)$/.exec(line) ?? [];
    if (separator === undefined || name === '') throw new Error(`This is no output: ${line}`);
    if (separator === '=') {
      outputs[name] = rest;
      continue;
    }
    const end = lines.indexOf(rest, at + 1);
    if (end === -1) throw new Error(`The output ${name} does not end: the delimiter ${rest} is missing`);
    outputs[name] = lines.slice(at + 1, end).join('\n');
    at = end;
  }
  return outputs;
}
