import { perceptionPointRegions } from '@security-reports/core';
import { InputProblem } from '../input-problem.ts';
import { enumerate, quote } from '../quoting.ts';
import type { FileProblem } from '../find-files.ts';
import type { WorkspaceFile } from '../workspace-file.ts';
import { type FailReason, isVerdict } from './fail-reasons.ts';
import { readFiles } from './files.ts';
import type { InputReader } from './input-reader.ts';
import { boolean, jsonObject, oneOf, storagePaths, webUrl, webUrls, words } from './parsers.ts';
import type { Surroundings } from './surroundings.ts';

/** What to have scanned by Perception Point, or which scans to collect. */
export interface PerceptionPointRequest {
  readonly service: 'perception-point';
  readonly baseUrl: string;
  readonly token: string;
  /** None of them empty. One that is too large for the service is among them, and fails on its own. */
  readonly files: readonly WorkspaceFile[];
  /** Files that the user named and that have nothing in them to scan. */
  readonly emptyFiles: readonly WorkspaceFile[];
  /** What the input `files` asks for besides, in vain. */
  readonly fileProblems: readonly FileProblem[];
  readonly downloadLinks: readonly string[];
  readonly storagePaths: readonly string[];
  readonly storage: string | undefined;
  readonly filePassword: string | undefined;
  readonly callbackUrl: string | undefined;
  readonly callbackParams: Readonly<Record<string, unknown>> | undefined;
  readonly callbackHeaders: Readonly<Record<string, string>> | undefined;
  /** Scans submitted earlier, to collect instead of submitting. */
  readonly scanIds: readonly string[];
  /** Whether to wait for the verdicts. */
  readonly wait: boolean;
}

const otherSources = ['download-links', 'download-links-file', 'storage-paths'] as const;
const sources = ['files', 'files-from', ...otherSources] as const;
const collected = ['scan-ids', 'scan-ids-file'] as const;
const onlyForSubmitting = ['file-password', 'callback-url', 'callback-params', 'callback-headers'] as const;

export async function readPerceptionPointRequest(
  reader: InputReader,
  { baseUrl, token, outputDirectory, failOn }: Surroundings,
): Promise<PerceptionPointRequest> {
  const region = reader.read('region', oneOf(regions), 'us');
  if (baseUrl !== undefined && region !== 'us') {
    reader.refuse('region, base-url', 'both say where the service is. Give one of them.');
  }
  checkSources(reader);
  const found = await readFiles(reader, outputDirectory);
  const files = found.files.filter(({ size }) => size > 0);
  const emptyFiles = found.files.filter(({ size }) => size === 0);
  const isOnlyEmpty = files.length === 0 && found.problems.length === 0 && emptyFiles.length > 0;
  if (isOnlyEmpty && !otherSources.some((name) => reader.isGiven(name))) {
    const names = enumerate(emptyFiles.map(({ name }) => quote(name)));
    reader.refuse('files', `${names}: empty, and the service scans no empty files. Name files with content.`);
  }
  return {
    service: 'perception-point',
    token,
    baseUrl: baseUrl ?? perceptionPointRegions[region],
    files,
    emptyFiles,
    fileProblems: found.problems,
    downloadLinks: await reader.readList('download-links', 'download-links-file', webUrls),
    storagePaths: [...new Set(reader.read('storage-paths', storagePaths, []))],
    storage: reader.read('storage', String, undefined),
    filePassword: reader.read('file-password', String, undefined),
    callbackUrl: reader.read('callback-url', webUrl, undefined),
    callbackParams: reader.read('callback-params', jsonObject, undefined),
    callbackHeaders: reader.read('callback-headers', headers, undefined),
    scanIds: await reader.readList('scan-ids', 'scan-ids-file', words),
    wait: readWait(reader, failOn),
  };
}

const regions = Object.keys(perceptionPointRegions) as (keyof typeof perceptionPointRegions)[];

/** Without waiting, a submission has no verdict, so that none could make the step fail. */
function readWait(reader: InputReader, failOn: ReadonlySet<FailReason>): boolean {
  const wait = reader.read('wait', boolean, true);
  const isCollecting = collected.some((name) => reader.isGiven(name));
  const verdicts = [...failOn].filter(isVerdict);
  if (!wait && !isCollecting && reader.isChosen('fail-on') && verdicts.length > 0) {
    reader.refuse(
      'wait, fail-on',
      `fail-on names ${verdicts.join(', ')}, but wait: false waits for no verdict. Leave one of them out.`,
    );
  }
  return wait;
}

function checkSources(reader: InputReader): void {
  const given = sources.filter((name) => reader.isGiven(name));
  const isCollecting = collected.some((name) => reader.isGiven(name));
  if (given.length === 0 && !isCollecting) {
    reader.refuse(
      [...sources, ...collected].join(', '),
      'all are missing. Give what to scan, or the scans to collect.',
    );
  }
  if (isCollecting) {
    const others = [...given, ...onlyForSubmitting.filter((name) => reader.isGiven(name))];
    if (others.length > 0) {
      const ids = collected.filter((name) => reader.isGiven(name)).join(', ');
      reader.refuse(
        `${ids}, ${others.join(', ')}`,
        `with ${ids} nothing is submitted. Leave the others out.`,
      );
    }
  }
  if (reader.isGiven('storage') && !reader.isGiven('storage-paths')) {
    reader.refuse('storage', 'it says where storage-paths are, and there are none.');
  }
  for (const name of ['callback-params', 'callback-headers'] as const) {
    if (reader.isGiven(name) && !reader.isGiven('callback-url')) {
      reader.refuse(name, 'it is for the callback, and there is no callback-url.');
    }
  }
}

function headers(text: string): Readonly<Record<string, string>> {
  const object = jsonObject(text);
  for (const [name, value] of Object.entries(object)) {
    if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name))
      throw new InputProblem(`${quote(name)} is not a name for a header`);
    if (typeof value !== 'string' || /[\r\n\0]/.test(value)) {
      throw new InputProblem(`the value of ${quote(name)} is not a text on one line`);
    }
  }
  return object as Readonly<Record<string, string>>;
}
