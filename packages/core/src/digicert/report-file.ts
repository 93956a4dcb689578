import { firstBytes, safeFileName } from '../file-name.ts';
import { announcedFileName } from '../http/content-disposition.ts';
import { csv, json, type ReportKind, xlsx, zip } from '../report-kind.ts';
import type { HttpResponse } from '../transport.ts';

/** What a download can be asked for (doc; EXCEL is missing from the seed's list, but its neighbours have it). */
export const reportFormats = ['CSV', 'JSON', 'EXCEL', 'ZIP'] as const;

export type ReportFormat = (typeof reportFormats)[number];

/** One part of a report that the service has split. */
export interface ReportPart {
  /** 0 for the first one. */
  readonly index: number;
  /** How many there are. */
  readonly count: number;
}

/** So few that the date, the number of the part and the extension keep their place in the name. */
const mostBytesOfStem = 150;

/** The kind of file in which a format should come. */
const kindOfFormat: Readonly<Record<ReportFormat, ReportKind>> = {
  CSV: csv,
  JSON: json,
  EXCEL: xlsx,
  ZIP: zip,
};

/** The kinds of file that an answer can be. A CSV has nothing but its look, so it must be asked for or be announced. */
export function kindsToExpect(format: ReportFormat, response: HttpResponse): readonly ReportKind[] {
  const isAnnounced = /\bcsv\b/i.test(response.headers['content-type'] ?? '');
  return [zip, xlsx, json, ...(format === 'CSV' || isAnnounced ? [csv] : [])];
}

/** Why a file is of another kind than its format would have it; `undefined` when it is not. */
export function noteOnKind(format: ReportFormat, kind: ReportKind): string | undefined {
  if (kind === kindOfFormat[format]) return undefined;
  return kind === zip
    ? `a ZIP came in place of ${format}: the service packs what is larger than 2 MB, and every part of a split report`
    : `what came is ${kind.name}, although ${format} was asked for`;
}

/**
 * A safe name for a downloaded file: the one that the service announces, or else `<display name>-<date>` (doc), with
 * the extension of what the file is. The parts of a split report get numbers of equal length, so that they sort.
 */
export function reportFileName(
  response: HttpResponse,
  file: {
    readonly kind: ReportKind;
    /** What to call a report that the service does not name. */
    readonly displayName: string;
    /** When it is downloaded, in milliseconds since the epoch. */
    readonly now: number;
    readonly part: ReportPart | undefined;
  },
): string {
  const { kind, displayName, now, part } = file;
  const date = new Date(now).toISOString().slice(0, 10);
  const built = `${firstBytes(safeFileName(displayName, 'report'), mostBytesOfStem)}-${date}`;
  const announced = announcedFileName(response.headers['content-disposition']);
  // An announced name of a part has a number of its own, by which the parts would not sort.
  const isBuilt = announced === undefined || part !== undefined;
  const stem = isBuilt
    ? built
    : firstBytes(withoutExtensions(safeFileName(announced, built), kind), mostBytesOfStem);
  return safeFileName(`${stem}${part === undefined ? '' : suffixOf(part)}.${kind.extension}`, built);
}

/**
 * Only what a report can be is an extension: the rest of `Orders v1.2` is a part of the name. A file that was unpacked on
 * its way, or never packed, may still be announced as `Orders.csv.zip`; the name of a ZIP of it is that.
 */
function withoutExtensions(name: string, kind: ReportKind): string {
  const stem = name.replace(/\.(?:csv|json|xlsx?|excel|zip)$/i, '');
  if (stem === name || stem === '') return name;
  const goesOn = kind === zip ? /\.zip$/i.test(stem) : true;
  return goesOn ? withoutExtensions(stem, kind) : stem;
}

function suffixOf({ index, count }: ReportPart): string {
  const number = String(index + 1).padStart(String(count).length, '0');
  return `-part-${number}-of-${count}`;
}
