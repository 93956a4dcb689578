import { secretsOfSubmission, type SubmittedFile } from '@security-reports/core';
import type { IDataObject } from 'n8n-workflow';
import type { DescribedSubmission } from '../resources/file/submission.ts';
import { callbackSecret, callbackSecretHeader } from './callback-secret.ts';
import { seal, unseal } from './sealed.ts';

/** What the steps are asked for. It travels in the item, not in parameters, where n8n would run what looks like code. */
export interface ScanRequest {
  readonly subject: string;
  /** How long to wait for the callback, in seconds. */
  readonly waitSeconds: number;
  readonly outputBinaryField: string;
  readonly includeRaw: boolean;
  /** Whether the scan is the tool of an AI agent. */
  readonly isForAgent: boolean;
  /** What to submit. It may hold a password or a signed link, so it is sealed. */
  readonly sealedSubmission: string;
}

/** The item before the step that submits. */
export interface RequestedScan {
  readonly request: ScanRequest;
}

/** The item after it: each further step adds what it has learned. */
export interface SubmittedScan extends RequestedScan {
  readonly submitted: SubmittedFile;
  /** From when until when to wait for the callback, in milliseconds since the epoch. */
  readonly waitFrom: number;
  readonly waitUntil: number;
  /** The body of the callback, without what was submitted in secret. */
  readonly callback?: unknown;
  /** Whether the service has listed the verdict, where no callback came. */
  readonly isListed?: boolean;
}

export function sealSubmission(token: string, submission: DescribedSubmission): string {
  return seal(token, submission);
}

export function submissionIn({ sealedSubmission }: ScanRequest, token: string): DescribedSubmission {
  return unseal(token, sealedSubmission) as DescribedSubmission;
}

/** What the service may repeat of a submission, and nobody may see. A token that was changed since opens nothing. */
export function secretsOfScan(
  request: ScanRequest,
  token: string,
  functions: { getExecutionId(): string },
): readonly string[] {
  const callbackHeaders = { [callbackSecretHeader]: callbackSecret(token, functions.getExecutionId()) };
  try {
    return [token, ...secretsOfSubmission({ ...submissionIn(request, token), callbackHeaders })];
  } catch {
    return [token];
  }
}

export function toItemJson(scan: RequestedScan | SubmittedScan): IDataObject {
  return { ...scan } as unknown as IDataObject;
}

export function requestedScanIn(json: IDataObject): RequestedScan {
  return json as unknown as RequestedScan;
}

export function submittedScanIn(json: IDataObject): SubmittedScan {
  return json as unknown as SubmittedScan;
}
