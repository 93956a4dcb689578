import { basename, parse } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ArtifactClient, UploadArtifactOptions, UploadArtifactResponse } from '@actions/artifact';
import { longestArtifactName, refusalOfArtifactName } from '../artifact-name-rule.ts';
import type { Log } from '../log.ts';
import type { ClientFailure } from './artifact-failure.ts';
import { explainFailure, readFailure } from './artifact-failure.ts';
import { checkFiles } from './artifact-files.ts';
import { withRenamedFile } from './artifact-renamed-file.ts';

/** What to attach to the workflow run, and how. */
export interface ArtifactRequest {
  /** Unique in the workflow run. Without effect when `archive` is false: the artifact is then called like its file. */
  readonly name: string;
  /** Absolute paths of regular files inside `rootDirectory`; exactly one when `archive` is false. */
  readonly files: readonly string[];
  /** The paths in the zip are relative to it. */
  readonly rootDirectory: string;
  /** Whether the files go into a zip, or one file is attached as it is, so that it opens in the browser. */
  readonly archive: boolean;
  /** The repository's own setting when absent, and never more than that. */
  readonly retentionDays?: number;
  /** 0 (none) to 9 (smallest); 6 when absent. */
  readonly compressionLevel?: number;
  /** Whether an artifact of the same name is replaced. */
  readonly overwrite: boolean;
}

/** Which workflow run this is. */
export interface WorkflowRun {
  /** `GITHUB_SERVER_URL` */
  readonly serverUrl: string;
  /** `GITHUB_REPOSITORY`: `owner/name` */
  readonly repository: string;
  /** `GITHUB_RUN_ID` */
  readonly runId: string;
}

/** An artifact that the workflow run now has. */
export interface AttachedArtifact {
  /** The name it really got: not the one asked for when `archive` is false, or when that one was lost. */
  readonly name: string;
  readonly id: number;
  /** SHA-256 of what was uploaded (the zip, or the file itself), in hex. */
  readonly digest: string;
  /** Absolute; opens for whoever may read the repository. */
  readonly url: string;
}

/** `unsupported`: there is no artifact service here, which is no fault of the workflow; the reason is a warning's text. */
export type ArtifactOutcome =
  | { readonly state: 'attached'; readonly artifact: AttachedArtifact }
  | { readonly state: 'unsupported'; readonly reason: string };

/** One artifact under one name. */
interface Upload {
  readonly name: string;
  readonly files: readonly string[];
  readonly rootDirectory: string;
}

type Answer<T> = { readonly value: T } | { readonly failure: ClientFailure };

/** Asks the service, and asks again when the connection fails. */
type Ask = <T>(call: () => Promise<T>) => Promise<Answer<T>>;

const connectionTries = 3;

/**
 * Attaches files to the workflow run as an artifact. A broken connection is tried three times; a name that a failed
 * upload made useless is replaced by `<name>-retry1`, once.
 *
 * @param sleep waits so many milliseconds between two tries
 * @throws Error saying what happened and what to do; it holds neither the runner's token nor a signed URL
 */
export async function attachArtifact(
  request: ArtifactRequest,
  run: WorkflowRun,
  log: Log,
  sleep: (milliseconds: number) => Promise<unknown> = wait,
): Promise<ArtifactOutcome> {
  const reason = whyUnsupported(run);
  if (reason !== undefined) return { state: 'unsupported', reason };

  const upload = await checkRequest(request);
  const { DefaultArtifactClient } = await import('@actions/artifact');
  const client = new DefaultArtifactClient();
  const ask = askPatiently(log, sleep);
  const attempt = (one: Upload) =>
    log.group(`Attach the artifact "${one.name}"`, () => attachUnder(one, request, client, ask));

  let name = upload.name;
  let answer = await attempt(upload);
  if ('failure' in answer && answer.failure.kind === 'name-burnt') {
    name = nameForRetry(upload.name, request.archive);
    log.warning(
      `The artifact "${upload.name}" could not be attached. GitHub keeps the name of an unfinished upload taken, ` +
        `so it is tried once more as "${name}". The artifact client says: ${answer.failure.text}`,
    );
    answer = await attemptUnder(name, upload, request.archive, attempt);
  }
  if ('failure' in answer) throw new Error(explainFailure(answer.failure, name, request.archive));
  return { state: 'attached', artifact: describe(name, answer.value, run) };
}

function whyUnsupported(run: WorkflowRun): string | undefined {
  const host = new URL(run.serverUrl).hostname.toLowerCase();
  if (host !== 'github.com' && !host.endsWith('.ghe.com') && !host.endsWith('.localhost')) {
    return (
      `The files are not attached to the workflow run: ${host} is a GitHub Enterprise Server, and GitHub's artifact client works only with github.com and ghe.com. ` +
      'They stay on disk for a later step; set upload-artifact: false to be without this warning.'
    );
  }
  const missing = ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL'].filter((key) => !process.env[key]);
  if (missing.length > 0) {
    return (
      `The files are not attached to the workflow run: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set, as is the case outside of GitHub Actions. ` +
      'They stay on disk; set upload-artifact: false to be without this warning.'
    );
  }
  return undefined;
}

async function checkRequest(request: ArtifactRequest): Promise<Upload> {
  const checked = await checkFiles(request.files, request.rootDirectory);
  const [first = '', ...others] = checked.files;
  if (!request.archive && others.length > 0) {
    throw new Error(
      `With archive: false exactly one file can be attached to the workflow run, and there are ${checked.files.length}. ` +
        'Set archive: true, or ask for one report a step.',
    );
  }
  const name = request.archive ? request.name : basename(first);
  const refusal = refusalOfArtifactName(name);
  if (refusal !== undefined) {
    throw new Error(
      `The artifact cannot be called ${JSON.stringify(name)}: the name ${refusal}. Set another artifact-name.`,
    );
  }
  return { name, ...checked };
}

function askPatiently(log: Log, sleep: (milliseconds: number) => Promise<unknown>): Ask {
  return async (call) => {
    for (let tries = 1; ; tries++) {
      try {
        return { value: await call() };
      } catch (error) {
        const failure = readFailure(error);
        if (failure.kind !== 'unreachable' || tries === connectionTries) return { failure };
        const pause = Math.round(1000 * 2 ** (tries - 1) * (1 + Math.random()));
        log.info(
          `GitHub's artifact service could not be reached; try ${tries + 1} of ${connectionTries} follows in ${pause} ms.`,
        );
        await sleep(pause);
      }
    }
  };
}

async function attachUnder(
  { name, files, rootDirectory }: Upload,
  request: ArtifactRequest,
  client: ArtifactClient,
  ask: Ask,
): Promise<Answer<UploadArtifactResponse>> {
  const upload = () =>
    ask(() => client.uploadArtifact(name, [...files], rootDirectory, uploadOptions(request)));

  const first = await upload();
  if (!isTaken(first)) return first;
  const existing = await ask<unknown>(() =>
    request.overwrite ? client.deleteArtifact(name) : client.getArtifact(name),
  );
  if ('failure' in existing) return existing.failure.kind === 'not-found' ? burnt(first) : existing;
  if (!request.overwrite) return first;
  const second = await upload();
  return isTaken(second) ? burnt(second) : second;
}

function isTaken(answer: Answer<unknown>): answer is { failure: ClientFailure } {
  return 'failure' in answer && answer.failure.kind === 'name-taken';
}

/** A name that is taken, though no artifact has it: the service lost track of an upload. */
function burnt({ failure }: { failure: ClientFailure }): { failure: ClientFailure } {
  return { failure: { kind: 'name-burnt', text: failure.text } };
}

function uploadOptions(request: ArtifactRequest): UploadArtifactOptions {
  return {
    skipArchive: !request.archive,
    ...(request.retentionDays === undefined ? {} : { retentionDays: request.retentionDays }),
    ...(request.compressionLevel === undefined ? {} : { compressionLevel: request.compressionLevel }),
  };
}

function nameForRetry(name: string, archive: boolean): string {
  const { name: stem, ext } = archive ? { name, ext: '' } : parse(name);
  const ending = `-retry1${ext}`;
  return `${stem.slice(0, longestArtifactName - ending.length)}${ending}`;
}

async function attemptUnder<T>(
  name: string,
  upload: Upload,
  archive: boolean,
  attempt: (upload: Upload) => Promise<T>,
): Promise<T> {
  const [file] = upload.files;
  if (archive || file === undefined) return attempt({ ...upload, name });
  return withRenamedFile(file, name, (renamed, rootDirectory) =>
    attempt({ name, files: [renamed], rootDirectory }),
  );
}

function describe(name: string, { id, digest }: UploadArtifactResponse, run: WorkflowRun): AttachedArtifact {
  if (id === undefined || digest === undefined) {
    throw new Error(
      `GitHub took the artifact "${name}" without saying its id: look for it on the page of the workflow run.`,
    );
  }
  const server = run.serverUrl.replace(/\/+$/u, '');
  return {
    name,
    id,
    digest,
    url: `${server}/${run.repository}/actions/runs/${run.runId}/artifacts/${id}`,
  };
}
