import { type Simulator, startSimulator } from '@security-reports/simulator';
import {
  type ICredentialDataDecryptedObject,
  type ILoadOptionsFunctions,
  type INodeParameterResourceLocator,
} from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DigicertApi } from '../../credentials/DigicertApi.credentials.ts';
import { DigicertReports } from '../../nodes/DigicertReports/DigicertReports.node.ts';
import { DigicertReportsTrigger } from '../../nodes/DigicertReports/DigicertReportsTrigger.node.ts';
import { digicertCredentials, locator } from './support/digicert.ts';
import { requestFunctions } from './support/request-functions.ts';

let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator();
});

afterEach(async () => {
  await simulator.close();
});

/** What n8n hands to a list search: the parameters as they stand in the editor. */
function editor(
  more: {
    readonly report?: INodeParameterResourceLocator;
    readonly credentials?: ICredentialDataDecryptedObject;
  } = {},
): ILoadOptionsFunctions {
  const data = more.credentials ?? digicertCredentials(simulator);
  const functions: unknown = {
    ...requestFunctions({ type: new DigicertApi(), data }),
    getCredentials: () => Promise.resolve(data),
    getCurrentNodeParameter: (name: string) => (name === 'reportIdentifier' ? more.report : undefined),
  };
  return functions as ILoadOptionsFunctions;
}

const { searchReports, searchRuns } = new DigicertReports().methods.listSearch;

describe('the list of reports', () => {
  it('has each report once, with what tells it from others of its name', async () => {
    simulator.digicert.addReport({ displayName: 'Orders', identifier: 'id-1', runs: [{}, {}] });
    simulator.digicert.addReport({ displayName: 'Orders', identifier: 'id-2', schedule: 'WEEKLY' });
    simulator.digicert.addReport({ displayName: 'Domains', identifier: 'id-3', type: 'domains' });
    expect(await searchReports.call(editor())).toEqual({
      results: [
        { name: 'Domains (domains, ON_DEMAND)', value: 'id-3' },
        { name: 'Orders (orders, ON_DEMAND)', value: 'id-1' },
        { name: 'Orders (orders, WEEKLY)', value: 'id-2' },
      ],
    });
  });

  it.each(['DOM', ' domains ', 'ID-3'])('is searched for "%s" in any letter case', async (typed) => {
    simulator.digicert.addReport({ displayName: 'Orders', identifier: 'id-1' });
    simulator.digicert.addReport({ displayName: 'Domains', identifier: 'id-3' });
    const { results } = await searchReports.call(editor(), typed);
    expect(results.map(({ value }) => value)).toEqual(['id-3']);
  });

  it('asks for no more than ten pages of the history', async () => {
    simulator.digicert.addReport({ runs: Array.from({ length: 1_100 }, () => ({})) });
    await searchReports.call(editor());
    expect(simulator.journal.list({ route: 'digicert.report.history' })).toHaveLength(10);
  });

  it('says what is wrong with the key', async () => {
    const credentials = { ...digicertCredentials(simulator), apiKey: 'wrong' };
    await expect(searchReports.call(editor({ credentials }))).rejects.toMatchObject({
      name: 'NodeApiError',
      httpCode: '401',
      message: expect.stringContaining('does not know the API key') as string,
    });
  });

  it('is there for the trigger, too', () => {
    expect(new DigicertReportsTrigger().methods.listSearch.searchReports).toBe(searchReports);
  });
});

describe('the list of runs', () => {
  beforeEach(() => {
    simulator.digicert.addReport({
      displayName: 'Orders',
      identifier: 'id-1',
      runs: [
        { runIdentifier: 'old', startedSecondsAgo: 7200 },
        { runIdentifier: 'new', startedSecondsAgo: 3600 },
        { runIdentifier: 'failed', startedSecondsAgo: 9000, status: 'FAILED' },
      ],
    });
    simulator.digicert.addReport({ displayName: 'Domains', runs: [{ runIdentifier: 'other' }] });
    simulator.digicert.addReport({ displayName: 'Never run', identifier: 'id-3' });
  });

  it.each([locator('list', 'id-1'), locator('id', ' ID-1'), locator('name', 'Orders')])(
    'has the runs of the chosen report, newest first: %j',
    async (report) => {
      const { results } = await searchRuns.call(editor({ report }));
      const started = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC';
      const named = (status: string) =>
        expect.stringMatching(new RegExp(`^${started} \\(${status}\\)$`)) as string;
      expect(results).toEqual([
        { name: named('READY'), value: 'new' },
        { name: named('READY'), value: 'old' },
        { name: named('FAILED'), value: 'failed' },
      ]);
    },
  );

  it('is searched by state', async () => {
    const { results } = await searchRuns.call(editor({ report: locator('id', 'id-1') }), 'fail');
    expect(results.map(({ value }) => value)).toEqual(['failed']);
  });

  it('is empty for a report that has not run', async () => {
    expect(await searchRuns.call(editor({ report: locator('id', 'id-3') }))).toEqual({ results: [] });
  });

  it('asks for nothing before a report is chosen', async () => {
    expect(await searchRuns.call(editor({ report: locator('list', '') }))).toEqual({ results: [] });
    expect(await searchRuns.call(editor())).toEqual({ results: [] });
    expect(simulator.journal.list()).toEqual([]);
  });
});
