import { isOfReport } from '@security-reports/core';
import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { locatedIn } from '../../shared/parameters.ts';
import { referenceTo } from '../report-fields.ts';
import { listRuns } from './list-runs.ts';
import { contains } from './contains.ts';

/** The runs of the chosen report, for a list in the editor, newest first. */
export async function searchRuns(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
  const located = locatedIn(this.getCurrentNodeParameter('reportIdentifier'));
  if (located === undefined) return { results: [] };
  const report = referenceTo(located);
  const results = (await listRuns(this)).flatMap((run) => {
    if (run.runId === undefined || !isOfReport(run, report)) return [];
    return [{ name: `${startOf(run.startedAt)} (${run.status})`, value: run.runId }];
  });
  return { results: results.filter(contains(filter)) };
}

function startOf(startedAt: number | undefined): string {
  if (startedAt === undefined) return 'Not started';
  return `${new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
