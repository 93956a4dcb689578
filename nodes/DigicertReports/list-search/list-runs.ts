import type { ReportRun } from '@security-reports/core';
import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { clock } from '../../shared/clock.ts';
import { toNodeError } from '../../shared/node-error.ts';
import { openClient } from '../session.ts';

/** So many rows of the history are looked at, newest first; whoever misses something there gives its id. */
const mostRows = 1_000;
/** Nobody looks at a list that fills for longer. */
const mostMs = 30_000;

/** The newest runs, for a list in the editor. */
export async function listRuns(functions: ILoadOptionsFunctions): Promise<readonly ReportRun[]> {
  try {
    const client = await openClient(functions);
    const runs: ReportRun[] = [];
    for await (const run of client.listReportHistory({}, { deadline: clock.now() + mostMs })) {
      runs.push(run);
      if (runs.length === mostRows) break;
    }
    return runs;
  } catch (error) {
    throw toNodeError(functions.getNode(), error, 0);
  }
}
