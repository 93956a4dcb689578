import {
  defaultMaxReportBytes,
  digicert,
  InvalidInputError,
  parseBaseUrl,
  perceptionPoint,
  type Service,
  spectraAnalyze,
} from '@security-reports/core';
import { refusalOfArtifactName } from '../artifact-name-rule.ts';
import { InputProblem } from '../input-problem.ts';
import { quote } from '../quoting.ts';
import { type ServiceName, serviceNames } from '../report-entry.ts';
import { directoryInWorkspace } from '../workspace.ts';
import { readCaCertificate } from './ca-certificate.ts';
import { type DigicertRequest, readDigicertRequest } from './digicert.ts';
import { type FailReason, failReasons } from './fail-reasons.ts';
import { InputReader, type InputSource } from './input-reader.ts';
import { inputDescription, inputNames } from './input-table.ts';
import { boolean, duration, oneOf, type Parser, setOf, size, wholeNumber } from './parsers.ts';
import { type PerceptionPointRequest, readPerceptionPointRequest } from './perception-point.ts';
import { readSpectraAnalyzeRequest, type SpectraAnalyzeRequest } from './spectra-analyze.ts';
import type { Surroundings } from './surroundings.ts';

/** All that the user asked for, checked. */
export interface Inputs {
  readonly request: ServiceRequest;
  readonly connection: ConnectionInputs;
  readonly pace: PaceInputs;
  /** Absolute, inside the workspace. */
  readonly outputDirectory: string;
  readonly failOn: ReadonlySet<FailReason>;
  /** `undefined` when nothing is to be attached. */
  readonly artifact: ArtifactInputs | undefined;
}

export type ServiceRequest = SpectraAnalyzeRequest | PerceptionPointRequest | DigicertRequest;

export interface ConnectionInputs {
  /** PEM text. */
  readonly caCertificate: string | undefined;
  readonly skipTlsVerify: boolean;
  /** The largest report that is downloaded, where the service announces that it is so large. */
  readonly maxReportBytes: number;
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

/** @throws {Error} with all that is wrong with the inputs, a line each. Nothing was sent by then. */
export async function readInputs(source: InputSource): Promise<Inputs> {
  const reader = new InputReader(source);
  reader.demand('service', `There are ${serviceNames.join(', ')}.`);
  reader.demand(
    'token',
    source.isPullRequest ? remedyForPullRequest : 'Pass a secret of the repository, and check its name.',
  );
  const service = reader.read('service', oneOf(serviceNames), undefined);
  const outputDirectory = await reader.readAsync(
    'output-directory',
    (text) => directoryInWorkspace(text, source.workspace),
    source.workspace,
  );
  const failOn = reader.read('fail-on', setOf(failReasons), new Set<FailReason>());
  const surroundings = { token: reader.read('token', credential, ''), outputDirectory, failOn };
  const request = service === undefined ? undefined : await readRequest(reader, service, surroundings);
  const inputs = {
    connection: {
      caCertificate: await reader.readAsync(
        'ca-certificate',
        (text) => readCaCertificate(text, source.workspace),
        undefined,
      ),
      skipTlsVerify: reader.read('insecure-skip-tls-verify', boolean, false),
      maxReportBytes: reader.read('max-report-size', size, defaultMaxReportBytes),
    },
    pace: {
      timeoutMs: reader.read('timeout', duration, usualTimeoutMs(request)),
      pollIntervalMs: reader.read('poll-interval', duration, undefined),
      concurrency: reader.read('concurrency', wholeNumber(1, 64), 8),
    },
    outputDirectory,
    failOn,
    artifact: readArtifactInputs(reader, request),
  };
  if (request === undefined || reader.hasProblems) throw reader.error();
  return { ...inputs, request };
}

/** The service needs up to hours to build a report (doc), where it has to be built first. */
function usualTimeoutMs(request: ServiceRequest | undefined): number {
  const isToBeBuilt = request?.service === 'digicert' && request.startNewRun;
  return (isToBeBuilt ? 120 : 15) * 60_000;
}

async function readRequest(
  reader: InputReader,
  service: ServiceName,
  surroundings: Omit<Surroundings, 'baseUrl'>,
): Promise<ServiceRequest> {
  refuseForeignInputs(reader, service);
  switch (service) {
    case 'spectra-analyze':
      return readSpectraAnalyzeRequest(reader, {
        ...surroundings,
        baseUrl: readBaseUrl(reader, spectraAnalyze),
      });
    case 'perception-point':
      return readPerceptionPointRequest(reader, {
        ...surroundings,
        baseUrl: readBaseUrl(reader, perceptionPoint),
      });
    case 'digicert':
      return readDigicertRequest(reader, { ...surroundings, baseUrl: readBaseUrl(reader, digicert) });
  }
}

/** Notes every input that was given and does not belong to the service. */
function refuseForeignInputs(reader: InputReader, service: ServiceName): void {
  for (const name of inputNames) {
    const { services, default: usual } = inputDescription(name);
    if (services === undefined || services.includes(service)) continue;
    const isOther = reader.isGiven(name) && reader.read(name, (text) => text !== usual, false);
    if (isOther) {
      reader.refuse(name, `it belongs to ${services.join(' and ')}, not to ${service}. Leave it out.`);
    }
  }
}

function readArtifactInputs(
  reader: InputReader,
  request: ServiceRequest | undefined,
): ArtifactInputs | undefined {
  const isWanted = reader.read('upload-artifact', boolean, true);
  const archive = reader.read('archive', boolean, true);
  const files = request === undefined ? 0 : fewestFiles(request);
  if (!archive && files > 1) {
    reader.refuse('archive', `false attaches one file as it is, but ${files} reports are asked for`);
  }
  if (!archive && reader.isGiven('artifact-name')) {
    reader.refuse(
      'artifact-name',
      'with archive: false the artifact is called like its file. Leave the name out.',
    );
  }
  const inputs = {
    name: reader.read('artifact-name', artifactName, undefined),
    archive,
    // As actions/upload-artifact has it, 0 stands for the setting of the repository.
    retentionDays: reader.read('retention-days', wholeNumber(0, 400), 0) || undefined,
    compressionLevel: reader.read('compression-level', wholeNumber(0, 9), undefined),
    overwrite: reader.read('overwrite', boolean, false),
  };
  return isWanted ? inputs : undefined;
}

/** How many reports are asked for by name, each of which becomes a file. */
function fewestFiles(request: ServiceRequest): number {
  switch (request.service) {
    case 'spectra-analyze':
      return request.hashes.length + request.files.length;
    case 'perception-point':
      return [request.files, request.downloadLinks, request.storagePaths, request.scanIds].flat().length;
    case 'digicert':
      return 1;
  }
}

const remedyForPullRequest =
  'Workflows that are started by a pull request from a fork, or by Dependabot, get no secrets: skip the step there, ' +
  'or check the name of the secret.';

function readBaseUrl(reader: InputReader, service: Service): string | undefined {
  return reader.read(
    'base-url',
    (text) => {
      try {
        return parseBaseUrl(text, service).href;
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
        throw new InputProblem(`${error.what}. ${error.remedy}`);
      }
    },
    undefined,
  );
}

const credential: Parser<string> = (text) => {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new InputProblem('it contains blanks, line breaks or characters beyond ASCII, which no token has');
};

const artifactName: Parser<string> = (text) => {
  const refusal = refusalOfArtifactName(text);
  if (refusal === undefined) return text;
  throw new InputProblem(`${quote(text)} ${refusal}`);
};
