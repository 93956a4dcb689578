/**
 * - `ready`: the PDF can be downloaded, for 30 minutes from its creation
 * - `creating`: it is being made
 * - `absent`: it was never requested with this hash, or has expired
 * - `failed`: the appliance could not make it
 * - `other`: a status that nobody documents
 */
export type PdfReportState = 'ready' | 'creating' | 'absent' | 'failed' | 'other';

export interface PdfReportStatus {
  readonly state: PdfReportState;
  /** The appliance's own number. */
  readonly number: number | undefined;
  /** The appliance's own words, made fit to be shown. */
  readonly message: string;
}

/**
 * The state that a number and a message stand for. The numbers 1 and 2 are documented; 0 is known from one client
 * (third party), that of a failure from nobody (unknown), so the message decides together with the number.
 */
export function pdfReportState(number: number | undefined, message: string): PdfReportState {
  if (number === 2) return 'ready';
  if (/\bbeing created\b|please wait/i.test(message)) return 'creating';
  if (/\berror\b|\bfail(ed|ure)?\b/i.test(message)) return 'failed';
  if (number === 0) return 'creating';
  if (number === 1 || /does not exist/i.test(message)) return 'absent';
  return number === undefined && /\bis ready\b/i.test(message) ? 'ready' : 'other';
}
