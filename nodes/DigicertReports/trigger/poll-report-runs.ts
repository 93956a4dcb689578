import {
  type DigicertClient,
  isOfReport,
  isReady,
  type ReadyRun,
  type ReportRun,
} from '@security-reports/core';
import {
  type IDataObject,
  type INodeExecutionData,
  type INodeProperties,
  type IPollFunctions,
  NodeOperationError,
} from 'n8n-workflow';
import { clock } from '../../shared/clock.ts';
import { toNodeError } from '../../shared/node-error.ts';
import { reportTypeFilter, scheduleFilter } from '../filters.ts';
import { referenceTo, reportIdentifier } from '../report-fields.ts';
import { openSession } from '../session.ts';
import { fetchRunItems, itemsOf, wantedFile } from './fetch-run-items.ts';
import {
  allKnown,
  isOtherAccount,
  keyOf,
  type KnownRuns,
  newRuns,
  oldestFirst,
  remember,
} from './known-runs.ts';
import { triggerParameters } from './trigger-fields.ts';

/** As long as n8n lets a poll take where it does not say it. */
const usualBudgetMs = 5 * 60_000;

/**
 * Gives the runs that have become ready since the last poll, each once, or `null` for none. The first poll only looks
 * what is there.
 *
 * What is remembered changes at the very end, when nothing can fail any more: n8n saves it together with what is given
 * back. A poll that fails before has changed nothing.
 */
export async function pollReportRuns(functions: IPollFunctions): Promise<INodeExecutionData[][] | null> {
  try {
    return functions.getMode() === 'manual' ? await sample(functions) : await poll(functions);
  } catch (error) {
    throw toNodeError(functions.getNode(), error, 0);
  }
}

async function poll(functions: IPollFunctions): Promise<INodeExecutionData[][] | null> {
  const session = await openSession(functions);
  const budget = budgetOf(functions);
  const ready = await readHistory(session.client, budget.deadline);
  const credentialId = functions.getNode().credentials?.['digicertApi']?.id ?? '';
  const staticData = functions.getWorkflowStaticData('node');
  const before = knownIn(staticData);
  if (before === undefined || isOtherAccount(ready, before, credentialId)) {
    staticData['known'] = allKnown(ready, credentialId);
    return null;
  }

  const found = newRuns(ready, before);
  const isWanted = filterOf(functions);
  const fetched = await fetchRunItems(functions, session, found.filter(isWanted), before.failures, budget);

  // A poll that took long may have been overtaken by the next one.
  const now = knownIn(staticData) ?? before;
  const stillNew = new Set(newRuns(ready, now).map(keyOf));
  const emitted = fetched.emitted.filter(({ key }) => stillNew.has(key));
  const filteredOut = found.filter((run) => !isWanted(run));
  staticData['known'] = remember(ready, now, {
    credentialId,
    settled: [...filteredOut.map(keyOf), ...emitted.map(({ key }) => key)],
    failed: fetched.failed,
  });
  return emitted.length === 0 ? null : [emitted.flatMap(({ items }) => items)];
}

/** The newest run, for whoever builds the workflow; nothing is remembered of it. */
async function sample(functions: IPollFunctions): Promise<INodeExecutionData[][]> {
  const session = await openSession(functions);
  const { deadline } = budgetOf(functions);
  const ready = await readHistory(session.client, deadline);
  const newest = oldestFirst(ready.filter(filterOf(functions))).at(-1);
  if (newest === undefined) {
    throw new NodeOperationError(functions.getNode(), 'No run of a report that passes the filters is ready', {
      description: 'Run a report in CertCentral, wait until it is ready, and fetch the test event again.',
    });
  }
  return [[...(await itemsOf(session, newest, wantedFile(functions), deadline))]];
}

/**
 * All runs that are ready, whatever the filters of the trigger: with other filters, those that were there at its
 * activation, or were passed over beside news, are no news either. n8n keeps nothing of a poll that gives no news.
 */
async function readHistory(client: DigicertClient, deadline: number): Promise<readonly ReadyRun[]> {
  const runs = await Array.fromAsync(client.listReportHistory({ status: ['READY'] }, { deadline }));
  return runs.filter(isReady);
}

function filterOf(functions: IPollFunctions): (run: ReportRun) => boolean {
  const parameters = triggerParameters(functions);
  const located = parameters.located(reportIdentifier);
  const report = located && referenceTo(located);
  const filters = parameters.within('filters');
  const passes = (field: INodeProperties, value: string | undefined): boolean => {
    const wanted: readonly (string | undefined)[] = filters.list(field);
    return wanted.length === 0 || wanted.includes(value);
  };
  return (run) =>
    (report === undefined || isOfReport(run, report)) &&
    passes(reportTypeFilter, run.type) &&
    passes(scheduleFilter, run.schedule);
}

function budgetOf(functions: Partial<Pick<IPollFunctions, 'getPollBudgetMs'>>): {
  readonly halfTime: number;
  readonly deadline: number;
} {
  const budgetMs = functions.getPollBudgetMs?.() ?? usualBudgetMs;
  const now = clock.now();
  return { halfTime: now + budgetMs / 2, deadline: now + budgetMs };
}

function knownIn(staticData: IDataObject): KnownRuns | undefined {
  return staticData['known'] as KnownRuns | undefined;
}
