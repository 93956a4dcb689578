import type { ScanSource, Submission } from '@security-reports/core';
import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { fileToScan } from '../../../shared/binary.ts';
import type { ItemContext } from '../../../shared/operation.ts';
import { shownLink } from '../../shown-link.ts';

/** Where the file to scan comes from. */
export const sourceFields: readonly INodeProperties[] = [
  {
    displayName: 'Input Source',
    name: 'inputSource',
    type: 'options',
    options: [
      { name: 'Binary File', value: 'binary', description: 'A file that an earlier node gave' },
      { name: 'Download Link', value: 'downloadLink', description: 'The service fetches the file itself' },
      {
        name: 'Storage Path',
        value: 'storagePath',
        description: 'A file in a storage that the service reads',
      },
    ],
    default: 'binary',
  },
  {
    displayName: 'Input Binary Field',
    name: 'binaryPropertyName',
    type: 'string',
    default: 'data',
    required: true,
    hint: 'The name of the input binary field containing the file to scan',
    description: 'The service scans files of at most 500 MB',
    displayOptions: { show: { inputSource: ['binary'] } },
  },
  {
    displayName: 'Download Link',
    name: 'downloadLink',
    type: 'string',
    default: '',
    required: true,
    placeholder: 'e.g. https://files.example.com/setup.exe',
    description: 'A direct link to the file, which the service must be able to reach',
    displayOptions: { show: { inputSource: ['downloadLink'] } },
  },
  {
    displayName: 'Storage Path',
    name: 'storagePath',
    type: 'string',
    default: '',
    required: true,
    placeholder: 'e.g. bucket/folder/setup.exe',
    description: 'The path of the file in the storage',
    displayOptions: { show: { inputSource: ['storagePath'] } },
  },
  {
    displayName: 'Storage',
    name: 'storage',
    type: 'string',
    default: '',
    description: 'The storage that the path is in. Without it, the storage of the service itself.',
    displayOptions: { show: { inputSource: ['storagePath'] } },
  },
];

export const fileName: INodeProperties = {
  displayName: 'File Name',
  name: 'fileName',
  type: 'string',
  default: '',
  placeholder: 'e.g. setup.exe',
  description: 'What the service shall call the file, when its own name will not do',
};

export const filePassword: INodeProperties = {
  displayName: 'File Password',
  name: 'filePassword',
  type: 'string',
  typeOptions: { password: true },
  default: '',
  description: 'What opens the file, when it is an encrypted archive or document',
};

/** What to scan, where a file is named by the binary field that it is in. */
export type DescribedSource =
  | { readonly type: 'data'; readonly binaryPropertyName: string }
  | Exclude<ScanSource, { readonly type: 'data' }>;

/** A submission that an item can carry. */
export interface DescribedSubmission {
  /** What the report is about: the file's name, the link without what may be a signature, the storage path. */
  readonly subject: string;
  readonly source: DescribedSource;
  readonly name: string | undefined;
  readonly filePassword: string | undefined;
}

/** Reads the fields above. */
export function describeSubmission({ functions, itemIndex }: ItemContext<unknown>): DescribedSubmission {
  const text = (name: string): string => functions.getNodeParameter(name, itemIndex, '') as string;
  const source = ((): DescribedSource => {
    switch (text('inputSource')) {
      case 'downloadLink':
        return { type: 'download-link', url: text('downloadLink').trim() };
      case 'storagePath': {
        const storage = text('storage').trim();
        return { type: 'storage-path', path: text('storagePath'), ...(storage !== '' && { storage }) };
      }
      default:
        return { type: 'data', binaryPropertyName: text('binaryPropertyName') };
    }
  })();
  const options: IDataObject = functions.getNodeParameter('options', itemIndex, {});
  const option = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const name = option('fileName');
  const own =
    source.type === 'data'
      ? functions.helpers.assertBinaryData(itemIndex, source.binaryPropertyName).fileName
      : undefined;
  return {
    subject: subjectOf(source, name ?? own),
    source,
    name,
    filePassword: option('filePassword'),
  };
}

/** The submission as core takes it. */
export async function submissionOf(
  { source, name, filePassword: password }: DescribedSubmission,
  { functions, itemIndex }: ItemContext<unknown>,
): Promise<Submission> {
  return {
    source:
      source.type === 'data'
        ? { type: 'data', file: await fileToScan(functions, itemIndex, source.binaryPropertyName) }
        : source,
    name,
    filePassword: password,
  };
}

function subjectOf(source: DescribedSource, name: string | undefined): string {
  switch (source.type) {
    case 'data':
      return name ?? source.binaryPropertyName;
    case 'storage-path':
      return source.path;
    case 'download-link':
      return shownLink(source.url) ?? 'the download link';
  }
}
