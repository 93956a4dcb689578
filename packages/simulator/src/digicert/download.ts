import type { Answer, Body } from '../answer.ts';
import { wholeBody } from '../answer.ts';
import { csv } from '../samples/csv.ts';
import { hostileZip } from '../samples/hostile-zip.ts';
import { json } from '../samples/json.ts';
import { tableBody } from '../samples/rows.ts';
import type { TableSize } from '../samples/rows.ts';
import type { TableContent } from '../samples/table.ts';
import { xlsxBody } from '../samples/xlsx.ts';
import { deflated, stored, zip } from '../samples/zip.ts';
import { contentDisposition } from './content-disposition.ts';
import type { Report } from './report-library.ts';
import type { ReportRun } from './report-run.ts';
import type { ReportFormat } from './report.ts';

/** What is downloaded. */
export interface DownloadRequest {
  readonly report: Report;
  readonly run: ReportRun;
  readonly format: ReportFormat;
  /** 0 for the first part, and for a report that is not split. */
  readonly part: number;
  readonly now: number;
  readonly seed: number;
}

/** A file of more bytes arrives as a ZIP, whatever was asked for (doc: 2 MB; inferred: that these are powers of ten). */
const mostBytesAlone = 2_000_000;

const kinds: Readonly<Record<ReportFormat, { extension: string; mediaType: string }>> = {
  CSV: { extension: 'csv', mediaType: 'text/csv; charset=utf-8' },
  JSON: { extension: 'json', mediaType: 'application/json' },
  EXCEL: {
    extension: 'xlsx',
    mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  },
  ZIP: { extension: 'zip', mediaType: 'application/zip' },
};

/** The answer with the file (doc; inferred: the media types, and that a ZIP is named as one). */
export function downloadAnswer(request: DownloadRequest): Answer {
  const { options } = request.run;
  if (options.noContent === true) return { status: 200, headers: {}, body: wholeBody('') };
  const { kind, body } = makeFile(request);
  const disposition = options.contentDisposition ?? true;
  const built = contentDisposition(fileName(request, kind));
  return {
    status: 200,
    headers: {
      'content-type': options.contentType ?? kinds[kind].mediaType,
      ...(disposition !== false && { 'content-disposition': disposition === true ? built : disposition }),
    },
    body,
  };
}

function makeFile(request: DownloadRequest): { kind: ReportFormat; body: Body } {
  const { report, run, format, part, seed } = request;
  const { rows = 25, bytes, splitCount = 0, compression = 'deflated', zip: hostile } = run.options;
  const inner = format === 'ZIP' ? (report.formats.find((one) => one !== 'ZIP') ?? 'CSV') : format;
  const file = makeTable(
    inner,
    { report: report.displayName, run: run.identifier, part, seed },
    bytes === undefined ? { rows } : { atLeastBytes: bytes },
  );
  if (format !== 'ZIP' && splitCount === 0 && file.bytes <= mostBytesAlone && hostile === undefined) {
    return { kind: format, body: file };
  }
  const entry = (compression === 'stored' ? stored : deflated)(entryName(request, inner), file);
  return { kind: 'ZIP', body: hostile === undefined ? zip([entry]) : hostileZip(hostile, entry, seed) };
}

function makeTable(format: Exclude<ReportFormat, 'ZIP'>, content: TableContent, size: TableSize): Body {
  switch (format) {
    case 'CSV':
      return tableBody(content, size, csv);
    case 'JSON':
      return tableBody(content, size, json);
    case 'EXCEL':
      return xlsxBody(content, size);
  }
}

/** The display name and the date of the download (doc), and the number of the part (inferred). */
function fileName({ report, run, part, now }: DownloadRequest, kind: ReportFormat): string {
  const number = (run.options.splitCount ?? 0) > 0 ? `-${part}` : '';
  const date = new Date(now).toISOString().slice(0, 10);
  return `${report.displayName}-${date}${number}.${kinds[kind].extension}`;
}

/** Without a date, so that the same report is the same bytes every day; and without a folder, whatever the report's name. */
function entryName({ report, run, part }: DownloadRequest, kind: ReportFormat): string {
  const number = (run.options.splitCount ?? 0) > 0 ? `-${part}` : '';
  // eslint-disable-next-line no-control-regex
  const name = report.displayName.replace(/[\u0000-\u001f/\\:]/g, '_');
  return `${name}${number}.${kinds[kind].extension}`;
}
