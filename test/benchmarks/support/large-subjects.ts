import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SimulatorProcess } from './simulator-process.ts';

/** The inputs of a step that moves much. */
type Inputs = Readonly<Record<string, string>>;

/** Makes a file of zeros, which takes no space on disks that can leave them out. */
export async function makeLargeFile(folder: string, bytes: number): Promise<string> {
  const path = join(folder, 'large.bin');
  await using file = await open(path, 'w');
  await file.truncate(bytes);
  return path;
}

/** Has `large.bin` of the workspace scanned. */
export function scanOfLargeFile(simulator: SimulatorProcess): Inputs {
  return {
    service: 'perception-point',
    'base-url': simulator.url,
    token: simulator.perceptionPointToken,
    files: 'large.bin',
  };
}

/** Fetches a PDF of at least so many bytes. */
export async function largePdf(simulator: SimulatorProcess, bytes: number): Promise<Inputs> {
  const { sha1 } = await simulator.addSample({ creationSeconds: 0, pdfBytes: bytes });
  return {
    service: 'spectra-analyze',
    'base-url': simulator.url,
    token: simulator.spectraAnalyzeToken,
    hashes: sha1,
  };
}

/** Fetches a CSV of at least so many bytes, which the service packs into a ZIP, here without compressing it. */
export async function largeZip(simulator: SimulatorProcess, bytes: number): Promise<Inputs> {
  const { identifier } = await simulator.addReport({
    displayName: 'large',
    runs: [{ bytes, compression: 'stored' }],
  });
  return {
    service: 'digicert',
    'base-url': simulator.url,
    token: simulator.digicertApiKey,
    'report-id': identifier,
  };
}
