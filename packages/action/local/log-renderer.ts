import { styleText } from 'node:util';

/** Turns a line that the Action printed into what a person should read, or into nothing. */
export type LogRenderer = (line: string) => string | undefined;

/**
 * Makes a renderer for the log of one run. It does with the commands to the runner what the log view of
 * GitHub does: groups are indented, errors and warnings stand out, what was masked reads `***`, and commands
 * that nobody should see are dropped.
 */
export function createLogRenderer({ colour }: { readonly colour: boolean }): LogRenderer {
  const masked = new Set<string>();
  let indentation = '';

  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  const show = (text: string): string => {
    // The longest first: one secret can be a part of another.
    const secrets = [...masked].sort((a, b) => b.length - a.length);
    const readable = secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
    return readable.replace(/^(?=.)/gm, indentation);
  };

  return (line) => {
    const [command, name = '', properties, message = ''] =
      /^\s*::([\w-]+)(?: (.*?))?::(.*)$/.exec(line) ?? [];
    if (command === undefined) return show(line);
    const data = unescapeData(message);
    switch (name) {
      case 'add-mask':
        for (const secret of [data, ...data.split(/\r?\n/)]) if (secret !== '') masked.add(secret);
        return undefined;
      case 'group': {
        indentation = '';
        const title = show(paint('bold', data));
        indentation = '  ';
        return title;
      }
      case 'endgroup':
        indentation = '';
        return undefined;
      case 'error':
        return show(paint('red', `Error: ${withTitle(properties, data)}`));
      case 'warning':
        return show(paint('yellow', `Warning: ${withTitle(properties, data)}`));
      case 'notice':
        return show(paint('cyan', `Notice: ${withTitle(properties, data)}`));
      default:
        return undefined;
    }
  };
}

function withTitle(properties = '', message: string): string {
  const title = /(?:^|,)title=([^,]*)/.exec(properties)?.[1];
  if (title === undefined || title === '') return message;
  return `${unescapeData(title.replaceAll('%3A', ':').replaceAll('%2C', ','))}: ${message}`;
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}
