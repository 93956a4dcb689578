import {
  InvalidInputError,
  parseBaseUrl,
  parseHash,
  type SampleHash,
  spectraAnalyze,
} from '@security-reports/core';
import { readCaCertificate } from './ca-certificate.ts';
import {
  boolean,
  duration,
  enumerate,
  InputProblem,
  lines,
  oneOf,
  type Parser,
  quote,
  setOf,
  wholeNumber,
  words,
} from './input-parsers.ts';
import { directoryInWorkspace, findFiles, type WorkspaceFile } from './workspace.ts';

/** All that the user asked for, checked. */
export interface Inputs {
  readonly request: SpectraAnalyzeRequest;
  readonly connection: ConnectionInputs;
  readonly pace: PaceInputs;
  /** Absolute, inside the workspace. */
  readonly outputDirectory: string;
  readonly failOn: ReadonlySet<FailReason>;
  /** `undefined` when nothing is to be attached. */
  readonly artifact: ArtifactInputs | undefined;
}

/** What to fetch from Spectra Analyze. */
export interface SpectraAnalyzeRequest {
  readonly service: 'spectra-analyze';
  readonly baseUrl: string;
  readonly token: string;
  readonly hashes: readonly SampleHash[];
  readonly files: readonly WorkspaceFile[];
  /** Whether the verdict of each sample is asked for, too. */
  readonly classification: boolean;
}

export interface ConnectionInputs {
  /** PEM text. */
  readonly caCertificate: string | undefined;
  readonly skipTlsVerify: boolean;
}

export interface PaceInputs {
  readonly timeoutMs: number;
  readonly pollIntervalMs: number | undefined;
  /** How many subjects are worked on at a time. */
  readonly concurrency: number;
}

export interface ArtifactInputs {
  /** `undefined` for the default one. */
  readonly name: string | undefined;
  readonly archive: boolean;
  readonly retentionDays: number | undefined;
  readonly compressionLevel: number | undefined;
  readonly overwrite: boolean;
}

const failReasons = [
  'malicious',
  'suspicious',
  'restricted',
  'unknown',
  'spam',
  'missing',
  'failed',
  'timeout',
] as const;

/** A verdict or a state that can make the step fail. */
export type FailReason = (typeof failReasons)[number];

/** Where the texts of the inputs come from, and what of the step's surroundings their meaning depends on. */
export interface InputSource {
  /** The text of an input, trimmed; empty when it was not given. */
  text(name: string): string;
  /** Absolute. */
  readonly workspace: string;
  /** Whether a pull request started the workflow, so that secrets may be absent. */
  readonly isPullRequest: boolean;
}

/** @throws {Error} with all that is wrong with the inputs, a line each. Nothing was sent by then. */
export async function readInputs(source: InputSource): Promise<Inputs> {
  const problems: string[] = [];
  const note = (name: string, error: unknown): void => {
    if (!(error instanceof InputProblem)) throw error;
    problems.push(`${name}: ${error.message}`);
  };
  /** The parsed value, or `instead` when there is none, or a problem that ends in an error below. */
  const read = <T, U>(name: string, parse: Parser<T>, instead: U): T | U => {
    const text = source.text(name);
    try {
      return text === '' ? instead : parse(text);
    } catch (error) {
      note(name, error);
      return instead;
    }
  };
  const find = async <T, U>(
    name: string,
    parse: (text: string) => Promise<T>,
    instead: U,
  ): Promise<T | U> => {
    const text = source.text(name);
    try {
      return text === '' ? instead : await parse(text);
    } catch (error) {
      note(name, error);
      return instead;
    }
  };
  const demand = (name: string, remedy: string): void => {
    if (source.text(name) === '') problems.push(`${name}: it is missing. ${remedy}`);
  };

  demand('service', 'There is spectra-analyze.');
  read('service', oneOf(['spectra-analyze']), undefined);
  demand(
    'token',
    source.isPullRequest ? remedyForPullRequest : 'Pass a secret of the repository, and check its name.',
  );
  demand('base-url', 'Give the address of the appliance, such as https://appliance.example.com.');

  const request: SpectraAnalyzeRequest = {
    service: 'spectra-analyze',
    baseUrl: read('base-url', baseUrl, ''),
    token: read('token', token, ''),
    hashes: read('hashes', hashes, []),
    files: await find('files', (text) => findFiles(lines(text), source.workspace), []),
    classification: read('classification', boolean, false),
  };
  if (source.text('hashes') === '' && source.text('files') === '') {
    problems.push('hashes, files: both are missing. Give at least one of them.');
  }

  const archive = read('archive', boolean, true);
  if (!archive) {
    const subjects = request.hashes.length + request.files.length;
    if (subjects > 1) {
      problems.push(`archive: false attaches one file as it is, but ${subjects} reports are asked for`);
    }
    if (source.text('artifact-name') !== '') {
      problems.push(
        'artifact-name: with archive: false the artifact is called like its file. Leave the name out.',
      );
    }
  }

  const inputs: Inputs = {
    request,
    connection: {
      caCertificate: await find(
        'ca-certificate',
        (text) => readCaCertificate(text, source.workspace),
        undefined,
      ),
      skipTlsVerify: read('insecure-skip-tls-verify', boolean, false),
    },
    pace: {
      timeoutMs: read('timeout', duration, 15 * 60_000),
      pollIntervalMs: read('poll-interval', duration, undefined),
      concurrency: read('concurrency', wholeNumber(1, 64), 8),
    },
    outputDirectory: await find(
      'output-directory',
      (text) => directoryInWorkspace(text, source.workspace),
      source.workspace,
    ),
    failOn: read('fail-on', setOf(failReasons), new Set<FailReason>()),
    artifact: read('upload-artifact', boolean, true)
      ? {
          name: read('artifact-name', artifactName, undefined),
          archive,
          retentionDays: read('retention-days', wholeNumber(1, 400), undefined),
          compressionLevel: read('compression-level', wholeNumber(0, 9), undefined),
          overwrite: read('overwrite', boolean, false),
        }
      : undefined,
  };
  if (problems.length > 0) {
    const intro =
      problems.length === 1 ? 'An input cannot be used' : `${problems.length} inputs cannot be used`;
    throw new Error(`${intro}; nothing was sent.\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  }
  return inputs;
}

const remedyForPullRequest =
  'Workflows that are started by a pull request from a fork, or by Dependabot, get no secrets: skip the step there, ' +
  'or check the name of the secret.';

const hashes: Parser<readonly SampleHash[]> = (text) => {
  const parsed = words(text).map((word) => ({ word, hash: parseHash(word) }));
  const malformed = parsed.filter(({ hash }) => hash === undefined).map(({ word }) => quote(word));
  if (malformed.length > 0) {
    throw new InputProblem(
      `${enumerate(malformed)}: not a hash. Give MD5 (32 hex digits), SHA-1 (40) or SHA-256 (64)`,
    );
  }
  return parsed.flatMap(({ hash }) => hash ?? []);
};

const token: Parser<string> = (text) => {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new InputProblem('it contains blanks, line breaks or characters beyond ASCII, which no token has');
};

const baseUrl: Parser<string> = (text) => {
  try {
    return parseBaseUrl(text, spectraAnalyze).href;
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InputProblem(`${error.what}. ${error.remedy}`);
  }
};

const artifactName: Parser<string> = (text) => {
  if (/^[^":<>|*?\r\n\\/]{1,255}$/.test(text)) return text;
  throw new InputProblem(
    `${quote(text)} is longer than 255 characters, or contains one of " : < > | * ? \\ /`,
  );
};
