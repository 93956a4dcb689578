import { parseHash } from '@security-reports/core';
import { InputProblem } from '../input-problem.ts';
import { enumerate, quote } from '../quoting.ts';
import type { FileProblem } from '../find-files.ts';
import type { WorkspaceFile } from '../workspace-file.ts';
import { type FailReason, isVerdict } from './fail-reasons.ts';
import type { InputReader } from './input-reader.ts';
import { boolean, lines, type Parser, words } from './parsers.ts';
import { readFiles } from './files.ts';
import type { Surroundings } from './surroundings.ts';

/** What to fetch from Spectra Analyze. */
export interface SpectraAnalyzeRequest {
  readonly service: 'spectra-analyze';
  readonly baseUrl: string;
  readonly token: string;
  /** In lower case, each once. */
  readonly hashes: readonly string[];
  readonly files: readonly WorkspaceFile[];
  /** What the input `files` asks for besides, in vain. */
  readonly fileProblems: readonly FileProblem[];
  /** Whether the verdict of each sample is asked for, too. */
  readonly classification: boolean;
}

export async function readSpectraAnalyzeRequest(
  reader: InputReader,
  surroundings: Surroundings,
): Promise<SpectraAnalyzeRequest> {
  reader.demand('base-url', 'Give the address of the appliance, such as https://appliance.example.com.');
  const sources = ['hashes', 'hashes-file', 'files', 'files-from'] as const;
  if (!sources.some((name) => reader.isGiven(name))) {
    reader.refuse(sources.join(', '), 'all are missing. Give at least one of them.');
  }
  const hasFiles = reader.isGiven('files') || reader.isGiven('files-from');
  const { files, problems } = await readFiles(reader, surroundings.outputDirectory);
  return {
    service: 'spectra-analyze',
    token: surroundings.token,
    baseUrl: surroundings.baseUrl ?? '',
    hashes: await reader.readList('hashes', 'hashes-file', hashes),
    files,
    fileProblems: problems,
    classification: readClassification(reader, hasFiles, surroundings.failOn),
  };
}

/** Verdicts are asked for by default where one of them can decide over the step. */
function readClassification(
  reader: InputReader,
  hasFiles: boolean,
  failOn: ReadonlySet<FailReason>,
): boolean {
  const verdicts = [...failOn].filter(isVerdict);
  const classification = reader.read('classification', boolean, hasFiles || verdicts.length > 0);
  if (!classification && reader.isChosen('fail-on') && verdicts.length > 0) {
    reader.refuse(
      'classification, fail-on',
      `fail-on names ${verdicts.join(', ')}, but classification: false asks for no verdict. Leave one of them out.`,
    );
  }
  return classification;
}

/**
 * Hashes between newlines, commas and blanks, also as `sha256:<hex>`, as a line of `sha256sum` or as one of
 * `sha256sum --tag`.
 */
const hashes: Parser<readonly string[]> = (text) => {
  const parsed = lines(text)
    .flatMap(hashesInLine)
    .map((word) => ({ word, hash: parseHash(word) }));
  const malformed = parsed.filter(({ hash }) => hash === undefined).map(({ word }) => quote(word));
  if (malformed.length > 0) {
    throw new InputProblem(
      `${enumerate(malformed)}: not a hash. Give MD5 (32 hex digits), SHA-1 (40) or SHA-256 (64)`,
    );
  }
  return parsed.flatMap(({ hash }) => hash?.value ?? []);
};

function hashesInLine(line: string): readonly string[] {
  const [, tagged] = /^(?:MD5|SHA-?1|SHA-?256) ?\(.*\) ?= ?([0-9a-f]+)$/i.exec(line) ?? [];
  if (tagged !== undefined) return [tagged];
  const given = words(line).map((word) => word.replace(/^(?:md5|sha-?1|sha-?256):/i, ''));
  if (given.every((word) => parseHash(word) !== undefined)) return given;
  const [, listed = ''] = /^\\?([0-9a-f]+) [ *]./i.exec(line) ?? [];
  return parseHash(listed) === undefined ? given : [listed];
}
