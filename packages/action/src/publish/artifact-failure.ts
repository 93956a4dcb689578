import { cleanVendorText } from '@security-reports/core';

/**
 * - `unreachable`: the connection failed before the artifact was created; another try can help
 * - `name-taken`: the name is in use in this workflow run
 * - `name-burnt`: the artifact was begun and not finished; its name stays taken, and nobody can see or delete it
 * - `not-found`: no finished artifact has this name
 * - `quota`: the account's storage is used up
 * - `refused`: GitHub does not accept the job's token
 * - `unavailable`: the service failed five times within about half a minute
 * - `bad-token`: the runner's token is not one of GitHub Actions
 * - `rejected`: any other answer that is final
 */
export type FailureKind =
  | 'unreachable'
  | 'name-taken'
  | 'name-burnt'
  | 'not-found'
  | 'quota'
  | 'refused'
  | 'unavailable'
  | 'bad-token'
  | 'rejected';

/** An exception of the artifact client, understood. */
export interface ClientFailure {
  readonly kind: FailureKind;
  /** The client's words on one line, cut when very long, without tokens and without the query of any URL. */
  readonly text: string;
}

/**
 * Tells from an exception of `@actions/artifact` what happened. The client wraps whatever goes wrong in a call of
 * the service into a plain Error, so that only its message is left to go by; what comes from the blob storage keeps
 * its class, and its message can be anything.
 */
export function readFailure(error: unknown): ClientFailure {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  return { kind: kindOf(name, message), text: cleanVendorText(message, secretsIn(message)) };
}

/** What happened and what to do, for the person who reads the log. */
export function explainFailure(failure: ClientFailure, artifact: string, archive: boolean): string {
  return `The artifact "${artifact}" was not attached: ${adviceFor(failure.kind, archive)} The artifact client says: ${failure.text}`;
}

function kindOf(name: string, message: string): FailureKind {
  if (message.includes('Artifact storage quota has been hit')) return 'quota';
  if (name === 'ArtifactNotFoundError') return 'not-found';
  if (name === 'InvalidTokenError' || message.startsWith('Failed to get backend IDs')) return 'bad-token';
  if (!/^(?:Failed to )?(?:Create|List|Delete)Artifacts?:/u.test(message)) return 'name-burnt';
  if (message.includes('Unable to make request: ')) return 'unreachable';
  if (message.startsWith('Failed to CreateArtifact:') && message.includes('Failed request: (409)')) {
    return 'name-taken';
  }
  if (/Failed request: \(40[13]\)/u.test(message)) return 'refused';
  if (message.includes('Failed to make request after')) return 'unavailable';
  return 'rejected';
}

function adviceFor(kind: FailureKind, archive: boolean): string {
  switch (kind) {
    case 'unreachable':
      return "GitHub's artifact service could not be reached. Run the job again; if that does not help, check the runner's network.";
    case 'name-taken':
      return `an artifact of this name exists already in this workflow run. ${
        archive
          ? 'Give every job of a matrix an artifact-name that holds ${{ strategy.job-index }}, or set overwrite: true to replace the existing one.'
          : 'With archive: false it is called like its file. In a matrix, set archive: true and an artifact-name that holds ${{ strategy.job-index }}, or set overwrite: true to replace the existing one.'
      }`;
    case 'quota':
      return "the account's storage for artifacts is used up. Delete old artifacts, set a shorter retention-days, or raise the limit in the billing settings; GitHub counts the storage anew every 6 to 12 hours.";
    case 'refused':
      return "GitHub did not accept the job's token, which can expire in a long job; a proxy can answer like this, too. Run the job again.";
    case 'unavailable':
      return "GitHub's artifact service failed again and again. See https://www.githubstatus.com, and run the job again.";
    case 'bad-token':
      return "ACTIONS_RUNTIME_TOKEN is not a token of GitHub's artifact service. Use a runner of GitHub Actions, or set upload-artifact: false.";
    case 'name-burnt':
      return 'its upload failed under a second name, too. Run the job again; if that does not help, see https://www.githubstatus.com.';
    case 'not-found':
    case 'rejected':
      return "GitHub's artifact service refused it.";
  }
}

/** The token that the client has, and the signature of an address that it was given, which can stand there without it. */
function secretsIn(message: string): readonly string[] {
  const signatures = [...message.matchAll(/\bsig=([^\s&"'<>]+)/gu)].map(([, signature = '']) => signature);
  return [process.env['ACTIONS_RUNTIME_TOKEN'] ?? '', ...signatures];
}
