import { perceptionPointRegions } from '@security-reports/core';
import { InputProblem } from '../input-problem.ts';
import { enumerate, quote } from '../quoting.ts';
import { findFiles, type WorkspaceFile } from '../workspace.ts';
import type { InputReader } from './input-reader.ts';
import { boolean, distinctLines, jsonObject, lines, oneOf, webUrl } from './parsers.ts';

/** What to have scanned by Perception Point, or which scans to collect. */
export interface PerceptionPointRequest {
  readonly service: 'perception-point';
  readonly baseUrl: string;
  readonly token: string;
  /** None of them empty. One that is too large for the service is among them, and fails on its own. */
  readonly files: readonly WorkspaceFile[];
  /** Files that the user named and that have nothing in them to scan. */
  readonly emptyFiles: readonly WorkspaceFile[];
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

const otherSources = ['download-links', 'storage-paths'] as const;
const sources = ['files', ...otherSources] as const;
const onlyForSubmitting = ['file-password', 'callback-url', 'callback-params', 'callback-headers'] as const;

export async function readPerceptionPointRequest(
  reader: InputReader,
  connection: { readonly baseUrl: string | undefined; readonly token: string },
): Promise<PerceptionPointRequest> {
  const region = reader.read('region', oneOf(regions), 'us');
  if (connection.baseUrl !== undefined && region !== 'us') {
    reader.refuse('region, base-url', 'both say where the service is. Give one of them.');
  }
  checkSources(reader);
  const found = await reader.find('files', (text) => findFiles(lines(text), reader.workspace), []);
  const files = found.filter(({ size }) => size > 0);
  const emptyFiles = found.filter(({ size }) => size === 0);
  if (files.length === 0 && emptyFiles.length > 0 && !otherSources.some((name) => reader.isGiven(name))) {
    const names = enumerate(emptyFiles.map(({ name }) => quote(name)));
    reader.refuse('files', `${names}: empty, and the service scans no empty files`);
  }
  return {
    service: 'perception-point',
    token: connection.token,
    baseUrl: connection.baseUrl ?? perceptionPointRegions[region],
    files,
    emptyFiles,
    downloadLinks: reader.read('download-links', (text) => distinctLines(text).map(webUrl), []),
    storagePaths: reader.read('storage-paths', distinctLines, []),
    storage: reader.read('storage', String, undefined),
    filePassword: reader.read('file-password', String, undefined),
    callbackUrl: reader.read('callback-url', webUrl, undefined),
    callbackParams: reader.read('callback-params', jsonObject, undefined),
    callbackHeaders: reader.read('callback-headers', headers, undefined),
    scanIds: reader.read('scan-ids', distinctLines, []),
    wait: reader.read('wait', boolean, true),
  };
}

const regions = Object.keys(perceptionPointRegions) as (keyof typeof perceptionPointRegions)[];

function checkSources(reader: InputReader): void {
  const given = sources.filter((name) => reader.isGiven(name));
  const isCollecting = reader.isGiven('scan-ids');
  if (given.length === 0 && !isCollecting) {
    reader.refuse(
      'files, download-links, storage-paths, scan-ids',
      'all are missing. Give what to scan, or the scans to collect.',
    );
  }
  if (isCollecting) {
    const others = [...given, ...onlyForSubmitting.filter((name) => reader.isGiven(name))];
    if (others.length > 0) {
      reader.refuse(
        `scan-ids, ${others.join(', ')}`,
        'with scan-ids nothing is submitted. Leave the others out.',
      );
    }
  }
  if (reader.isGiven('storage') && !reader.isGiven('storage-paths')) {
    reader.refuse('storage', 'it says where storage-paths are, and there are none.');
  }
  for (const name of ['callback-params', 'callback-headers']) {
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
