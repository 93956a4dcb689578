import type { FileToScan, Report } from '@security-reports/core';
import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import type { RequestFunctions, N8nTransport } from './transport.ts';

/** Pieces of this size keep an upload fast and its memory small. */
const readBytes = 256 * 1024;

/** What to call a file that has no name. */
export function fieldNameOf(binaryProperty: string | IBinaryData): string {
  return typeof binaryProperty === 'string' ? binaryProperty : 'file';
}

/**
 * The file in a binary field of an item, as a stream.
 *
 * @param binaryProperty the name of the field, or the file itself, as an expression gives it.
 * @throws when the field is empty.
 */
export async function fileToScan(
  functions: IExecuteFunctions,
  itemIndex: number,
  binaryProperty: string | IBinaryData,
): Promise<FileToScan> {
  const { helpers } = functions;
  const binary = helpers.assertBinaryData(itemIndex, binaryProperty);
  const name = binary.fileName ?? fieldNameOf(binaryProperty);
  const { id } = binary;
  if (id === undefined) {
    // n8n keeps the file in memory as it is.
    const bytes = Buffer.from(binary.data, 'base64');
    return { name, size: bytes.byteLength, open: () => ReadableStream.from(piecesOf(bytes)) };
  }
  const { fileSize } = await helpers.getBinaryMetadata(id);
  return {
    name,
    size: fileSize,
    open: async function* () {
      yield* (await helpers.getBinaryStream(id, readBytes)) as AsyncIterable<Uint8Array>;
    },
  };
}

/** Puts a report where n8n keeps binary data, without holding it in memory where that is a folder. */
export function storeReport(
  functions: Exclude<RequestFunctions, { getCurrentNodeParameter: unknown }>,
  transport: N8nTransport,
): (report: Report) => Promise<IBinaryData> {
  return (report) =>
    functions.helpers.prepareBinaryData(transport.toReadable(report), report.name, report.mediaType);
}

function* piecesOf(bytes: Buffer): Generator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.byteLength; at += readBytes) yield bytes.subarray(at, at + readBytes);
}
