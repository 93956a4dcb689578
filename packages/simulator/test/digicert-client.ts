import type { RunOptions, Simulator } from '@security-reports/simulator';
import type { Readable } from 'node:stream';
import { fromBufferPromise } from 'yauzl';
import type { Entry } from 'yauzl';
import type { Ask, Outcome } from './client.ts';
import { ask, askJson } from './client.ts';

/** A row of the history. */
export type Row = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface History {
  readonly page: { readonly total: number; readonly limit: number; readonly offset: number };
  readonly report_history: readonly Row[];
}

/** A request with the right key, or with another one, or with none. */
export function withKey(simulator: Simulator, key: string | null = simulator.digicert.apiKey): Ask {
  return { authorization: null, headers: key === null ? {} : { 'X-DC-DEVKEY': key } };
}

/** Sends a request below `/reports/v1/report`. */
export function askReport(simulator: Simulator, path: string, options: Ask = {}): Promise<Outcome> {
  return ask(simulator, `/reports/v1/report${path}`, { ...withKey(simulator), ...options });
}

export function history(simulator: Simulator, query = ''): Promise<History> {
  return askJson(simulator, `/reports/v1/report/history${query}`, withKey(simulator)) as Promise<History>;
}

export function startRun(simulator: Simulator, report: string): Promise<Outcome> {
  return askReport(simulator, `/${report}/run`, { method: 'POST', json: {} });
}

/** Adds a report that is available in every format, with one run, and tells the path of its download. */
export function addDownload(simulator: Simulator, run: RunOptions = {}, displayName = 'Orders'): string {
  const { identifier } = simulator.digicert.addReport({ displayName, formats: ['CSV', 'JSON', 'EXCEL'] });
  return `/${identifier}/${simulator.digicert.addRun(identifier, run).runIdentifier}/download`;
}

/** Downloads a report that {@link addDownload} added. */
export function download(simulator: Simulator, path: string, format: string, more = ''): Promise<Outcome> {
  return askReport(simulator, `${path}?report_format=${format}${more}`);
}

export interface Unpacked {
  readonly entry: Entry;
  /** As it stands in the archive, whatever that leads to. */
  readonly name: string;
  readonly content: Buffer;
}

/** Every entry of an archive; yauzl checks sizes and CRCs. */
export async function unzip(archive: Buffer): Promise<Unpacked[]> {
  const unpacked: Unpacked[] = [];
  const file = await fromBufferPromise(archive, { lazyEntries: true, decodeStrings: false });
  for await (const entry of file.eachEntry()) {
    unpacked.push({
      entry,
      name: entry.fileNameRaw.toString(),
      content: await contentOf(await file.openReadStreamPromise(entry)),
    });
  }
  return unpacked;
}

async function contentOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
