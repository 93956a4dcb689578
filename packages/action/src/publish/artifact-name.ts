import { createHash } from 'node:crypto';

/** What of the step's surroundings a default name is made from. */
export interface StepIdentity {
  /** `GITHUB_JOB`: the key of the job, the same in all jobs of a matrix. */
  readonly job: string;
  /** `GITHUB_ACTION`: the id of the step, or `__owner_name_2` where it has none. */
  readonly step: string;
  /** `ACTIONS_RUNTIME_TOKEN`: names the job itself, so that the jobs of a matrix differ. */
  readonly runtimeToken: string;
}

/** A name that no other step of the workflow run has, since names of artifacts are unique in a run. */
export function defaultArtifactName(service: string, { job, step, runtimeToken }: StepIdentity): string {
  return joinedName(['security-reports', service, job, step, jobDigest(runtimeToken)]);
}

/** Joins the parts of a name with `-`, without the underscores that GitHub puts before the name of a step without id. */
export function joinedName(parts: readonly string[]): string {
  return parts
    .map((part) => part.replace(/^_+/, '').replace(/[^\w.-]+/g, '-'))
    .filter((part) => part !== '')
    .join('-');
}

/** A few digits that stand for the one job the token was issued for. */
function jobDigest(runtimeToken: string): string {
  const payload = Buffer.from(runtimeToken.split('.')[1] ?? '', 'base64url').toString();
  const job = /Actions\.Results:[\w-]+:[\w-]+/.exec(payload)?.[0];
  return job === undefined ? '' : createHash('sha256').update(job).digest('hex').slice(0, 6);
}
