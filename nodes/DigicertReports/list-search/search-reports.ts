import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { listRuns } from './list-runs.ts';
import { contains } from './contains.ts';

/** The reports of the history, for a list in the editor. */
export async function searchReports(
  this: ILoadOptionsFunctions,
  filter = '',
): Promise<INodeListSearchResult> {
  const names = new Map<string, string>();
  for (const { reportId, displayName, type, schedule } of await listRuns(this)) {
    if (names.has(reportId)) continue;
    const about = [type, schedule].filter((part) => part !== undefined).join(', ');
    const name = displayName === '' ? reportId : displayName;
    names.set(reportId, about === '' ? name : `${name} (${about})`);
  }
  const results = [...names].map(([value, name]) => ({ name, value })).filter(contains(filter));
  return { results: results.toSorted((one, other) => one.name.localeCompare(other.name)) };
}
