import type { ScanSource, Submission } from '@security-reports/core';
import type { IBinaryData, INodeProperties } from 'n8n-workflow';
import { fieldNameOf, fileToScan } from '../../../shared/binary.ts';
import type { ItemContext } from '../../../shared/operation.ts';
import type { Parameters } from '../../../shared/parameters.ts';
import { shownLink } from '../../shown-link.ts';

const inputSource: INodeProperties = {
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
};

const inputBinaryField: INodeProperties = {
  displayName: 'Input Binary Field',
  name: 'binaryPropertyName',
  type: 'string',
  default: 'data',
  required: true,
  hint: 'The name of the input binary field containing the file to scan',
  description: 'The service scans files of at most 500 MB',
  displayOptions: { show: { inputSource: ['binary'] } },
};

const downloadLink: INodeProperties = {
  displayName: 'Download Link',
  name: 'downloadLink',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. https://files.example.com/setup.exe',
  description: 'A direct link to the file, which the service must be able to reach',
  displayOptions: { show: { inputSource: ['downloadLink'] } },
};

const storagePath: INodeProperties = {
  displayName: 'Storage Path',
  name: 'storagePath',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. bucket/folder/setup.exe',
  description: 'The path of the file in the storage',
  displayOptions: { show: { inputSource: ['storagePath'] } },
};

const storage: INodeProperties = {
  displayName: 'Storage',
  name: 'storage',
  type: 'string',
  default: '',
  description: 'The storage that the path is in. Without it, the storage of the service itself.',
  displayOptions: { show: { inputSource: ['storagePath'] } },
};

/** Where the file to scan comes from. */
export const sourceFields: readonly INodeProperties[] = [
  inputSource,
  inputBinaryField,
  downloadLink,
  storagePath,
  storage,
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

/** What to scan, where a file is the binary field that it is in, or n8n's own description of it. */
export type DescribedSource =
  | { readonly type: 'data'; readonly binaryPropertyName: string | IBinaryData }
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
export function describeSubmission({
  functions,
  itemIndex,
  parameters,
}: ItemContext<unknown>): DescribedSubmission {
  const source = sourceIn(parameters);
  const options = parameters.within('options');
  const name = options.text(fileName);
  const own =
    source.type === 'data'
      ? functions.helpers.assertBinaryData(itemIndex, source.binaryPropertyName).fileName
      : undefined;
  return {
    subject: subjectOf(source, name ?? own),
    source,
    name,
    filePassword: options.verbatim(filePassword),
  };
}

function sourceIn(parameters: Parameters): DescribedSource {
  switch (parameters.choice(inputSource)) {
    case 'downloadLink':
      return { type: 'download-link', url: parameters.requiredText(downloadLink) };
    case 'storagePath': {
      const path = parameters.requiredText(storagePath);
      const given = parameters.text(storage);
      return { type: 'storage-path', path, ...(given !== undefined && { storage: given }) };
    }
    default: {
      const given = parameters.raw(inputBinaryField);
      // An expression can give the file itself, which n8n then checks.
      const isFile = typeof given === 'object';
      const binaryPropertyName = isFile ? (given as IBinaryData) : parameters.requiredText(inputBinaryField);
      return { type: 'data', binaryPropertyName };
    }
  }
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
      return name ?? fieldNameOf(source.binaryPropertyName);
    case 'storage-path':
      return source.path;
    case 'download-link':
      return shownLink(source.url) ?? 'the download link';
  }
}
