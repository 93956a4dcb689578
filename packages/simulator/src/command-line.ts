import { parseArgs } from 'node:util';

/** What the command line asks for: help, or a simulator. */
export type CommandLine =
  { readonly help: true } | { readonly help: false; readonly port: number; readonly seed: number };

/** Thrown when the command cannot be understood; the message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `Usage: security-reports-simulator [--port <number>] [--seed <number>] [--help]
  --port  port on 127.0.0.1 (default: a free one)
  --seed  whole number; the same seed gives the same tokens, hashes and files (default: 1)
  --help  shows this text`;

/**
 * Reads the flags of the command.
 *
 * @throws UsageError for an unknown flag, or a value that is not a number in range
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { port = '0', seed = '1', help = false } = parseFlags(args);
  if (help) return { help };
  return {
    help: false,
    port: wholeNumber('--port', port, 65_535),
    seed: wholeNumber('--seed', seed, Number.MAX_SAFE_INTEGER),
  };
}

function parseFlags(args: readonly string[]): { port?: string; seed?: string; help?: boolean } {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        seed: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

function wholeNumber(flag: string, text: string, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > most) {
    throw new UsageError(`${flag} takes a whole number from 0 to ${most}, not '${text}'.\n${usage}`);
  }
  return number;
}
