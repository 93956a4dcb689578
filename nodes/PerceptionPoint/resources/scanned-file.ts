import { perceptionPoint, type ScanResult, type SubmittedFile } from '@security-reports/core';
import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { includeRaw, outputBinaryField } from '../../shared/descriptions.ts';
import type { ItemContext, OperationOutput } from '../../shared/operation.ts';
import { reportJson } from '../../shared/report-json.ts';

export const answerField: INodeProperties = {
  ...outputBinaryField,
  hint: 'The name of the output binary field to put the answer of the service in, as a JSON file',
};

/** A verdict as an item, with the service's own answer as a file in `field`. */
export async function scannedFile(
  subject: string,
  submitted: Partial<Pick<SubmittedFile, 'size' | 'sha256'>>,
  result: ScanResult,
  field: string,
  { functions, parameters }: ItemContext<unknown>,
): Promise<OperationOutput> {
  const { scanId, verdict, verdictCode, documentName: fileName, document, size, sha256 } = result;
  const mediaType = 'application/json';
  const isRawWanted = parameters.within('options').flag(includeRaw);
  const json = reportJson({
    service: perceptionPoint.id,
    subject,
    state: 'ready',
    verdict,
    verdictCode,
    scanId,
    fileName,
    mediaType,
    size,
    sha256,
    submittedSize: submitted.size,
    submittedSha256: submitted.sha256,
    raw: isRawWanted ? (JSON.parse(document) as IDataObject) : undefined,
  });
  const file = await functions.helpers.prepareBinaryData(Buffer.from(document), fileName, mediaType);
  return { json, binary: { [field]: file } };
}
