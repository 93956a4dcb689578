import type { IDataObject } from 'n8n-workflow';
import type { DescribedSubmission } from '../resources/file/submission.ts';

/** What the steps are asked for. It travels in the item, not in parameters, where n8n would run what looks like code. */
export interface ScanRequest extends DescribedSubmission {
  /** How long to wait for the callback, in seconds. */
  readonly waitSeconds: number;
  readonly outputBinaryField: string;
  readonly includeRaw: boolean;
}

export function toItemJson(request: ScanRequest): IDataObject {
  return { request: { ...request } };
}

export function requestIn(json: IDataObject): ScanRequest {
  return json['request'] as unknown as ScanRequest;
}
