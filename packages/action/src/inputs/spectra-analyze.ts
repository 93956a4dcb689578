import { parseHash } from '@security-reports/core';
import { InputProblem } from '../input-problem.ts';
import { enumerate, quote } from '../quoting.ts';
import { findFiles, type WorkspaceFile } from '../workspace.ts';
import type { InputReader } from './input-reader.ts';
import { boolean, lines, type Parser, words } from './parsers.ts';

/** What to fetch from Spectra Analyze. */
export interface SpectraAnalyzeRequest {
  readonly service: 'spectra-analyze';
  readonly baseUrl: string;
  readonly token: string;
  /** In lower case, each once. */
  readonly hashes: readonly string[];
  readonly files: readonly WorkspaceFile[];
  /** Whether the verdict of each sample is asked for, too. */
  readonly classification: boolean;
}

export async function readSpectraAnalyzeRequest(
  reader: InputReader,
  connection: { readonly baseUrl: string | undefined; readonly token: string },
): Promise<SpectraAnalyzeRequest> {
  reader.demand('base-url', 'Give the address of the appliance, such as https://appliance.example.com.');
  if (!reader.isGiven('hashes') && !reader.isGiven('files')) {
    reader.refuse('hashes, files', 'both are missing. Give at least one of them.');
  }
  return {
    service: 'spectra-analyze',
    token: connection.token,
    baseUrl: connection.baseUrl ?? '',
    hashes: reader.read('hashes', hashes, []),
    files: await reader.find('files', (text) => findFiles(lines(text), reader.workspace), []),
    classification: reader.read('classification', boolean, false),
  };
}

const hashes: Parser<readonly string[]> = (text) => {
  const parsed = words(text).map((word) => ({ word, hash: parseHash(word) }));
  const malformed = parsed.filter(({ hash }) => hash === undefined).map(({ word }) => quote(word));
  if (malformed.length > 0) {
    throw new InputProblem(
      `${enumerate(malformed)}: not a hash. Give MD5 (32 hex digits), SHA-1 (40) or SHA-256 (64)`,
    );
  }
  return [...new Set(parsed.flatMap(({ hash }) => hash?.value ?? []))];
};
