import {
  AccessError,
  ConnectionError,
  InvalidInputError,
  NotFoundError,
  perceptionPoint,
  type Problem,
  type SecurityReportsError,
  ServiceError,
  spectraAnalyze,
  TimeoutError,
} from '@security-reports/core';
import {
  type ICredentialType,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  NodeApiError,
  NodeConnectionTypes,
  NodeOperationError,
} from 'n8n-workflow';
import { inspect } from 'node:util';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { concurrency, optionsOf } from '../../nodes/shared/descriptions.ts';
import { type Operation, propertiesOf, type Resource } from '../../nodes/shared/operation.ts';
import { runOperation } from '../../nodes/shared/run-operation.ts';
import { failureOf } from '../../packages/core/test/support/transport.ts';
import { BinaryStore } from './support/binary-store.ts';
import { type NodeRun, type NodeRunResult, runNode } from './support/run-node.ts';

let binaryStore: BinaryStore;

beforeAll(async () => {
  binaryStore = await BinaryStore.create();
});

afterAll(() => binaryStore.remove());

type Run = Operation<string>['run'];

/** Runs a node whose only operation is `operate`, in a session that is called `session`. */
function running(
  operate: Run,
  more: Partial<NodeRun> & { readonly open?: () => Promise<string> } = {},
): Promise<NodeRunResult> {
  const { open = () => Promise.resolve('session'), ...run } = more;
  const names = { name: 'Try', value: 'try', action: 'Try something', description: 'Try something' };
  const resources: readonly Resource<string>[] = [
    {
      name: 'Thing',
      value: 'thing',
      operations: [{ ...names, fields: [optionsOf(concurrency)], run: operate }],
    },
  ];
  const node: INodeType = {
    description: {
      displayName: 'Tester',
      name: 'tester',
      group: ['transform'],
      version: 1,
      description: 'Tries something',
      defaults: { name: 'Tester' },
      inputs: [NodeConnectionTypes.Main],
      outputs: [NodeConnectionTypes.Main],
      properties: propertiesOf(resources),
    },
    execute(this: IExecuteFunctions) {
      return runOperation(this, spectraAnalyze, resources, open);
    },
  };
  const credentialType: ICredentialType = { name: '', displayName: '', properties: [] };
  return runNode({ node, credentialType, credentials: {}, binaryStore, parameters: {}, ...run });
}

function itemsOf(count: number): INodeExecutionData[] {
  return Array.from({ length: count }, (_, number) => ({ json: { number } }));
}

function withConcurrency(limit: number): NodeRun['parameters'] {
  return { options: { concurrency: limit } };
}

const problem: Problem = {
  service: spectraAnalyze,
  operation: 'try it',
  subject: 'thing',
  what: 'it went wrong',
  remedy: 'Try something else.',
};

describe('the output', () => {
  test('is in the order of the input, whichever item is ready first, and says which item it comes from', async () => {
    const turns = itemsOf(4).map(() => Promise.withResolvers<undefined>());
    const { items } = await running(
      async ({ itemIndex }) => {
        if (itemIndex === 3) turns[3]?.resolve(undefined);
        await turns[itemIndex]?.promise;
        turns[itemIndex - 1]?.resolve(undefined);
        return [{ json: { part: `${itemIndex}a` } }, { json: { part: `${itemIndex}b` } }];
      },
      { items: itemsOf(4) },
    );
    expect(items.map(({ json }) => json['part'])).toEqual(['0a', '0b', '1a', '1b', '2a', '2b', '3a', '3b']);
    expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
      [0, 0, 1, 1, 2, 2, 3, 3].map((item) => ({ item })),
    );
  });

  test('is empty when the input is', async () => {
    expect((await running(() => Promise.resolve([]), { items: [] })).items).toEqual([]);
  });
});

describe('concurrency', () => {
  test.each([
    ['five items at a time by default', {}, 5],
    ['as many items at a time as the option says', withConcurrency(2), 2],
    ['one item at a time if wanted', withConcurrency(1), 1],
    ['five items at a time when the option makes no sense', withConcurrency(0), 5],
  ])('is %s', async (_what, parameters, limit) => {
    let active = 0;
    let most = 0;
    await running(
      async () => {
        active += 1;
        most = Math.max(most, active);
        await nextTurn();
        active -= 1;
        return [];
      },
      { items: itemsOf(20), parameters },
    );
    expect(most).toBe(limit);
  });
});

describe('an item that fails', () => {
  const failSecond: Run = ({ itemIndex }) =>
    itemIndex === 1 ? Promise.reject(new NotFoundError(problem)) : Promise.resolve([{ json: { itemIndex } }]);

  test('becomes data in its place where the node goes on', async () => {
    const { items } = await running(failSecond, { items: itemsOf(3), continueOnFail: true });
    expect(items).toEqual([
      { json: { itemIndex: 0 }, pairedItem: { item: 0 } },
      {
        json: {
          error: 'Spectra Analyze, try it thing: it went wrong.',
          message: 'Try something else.',
          details: {
            service: 'spectra-analyze',
            subject: 'thing',
            state: 'missing',
            message: 'Spectra Analyze, try it thing: it went wrong. Try something else.',
          },
        },
        pairedItem: { item: 1 },
      },
      { json: { itemIndex: 2 }, pairedItem: { item: 2 } },
    ]);
  });

  test.each<[string, SecurityReportsError | Error, object | undefined]>([
    ['missing', new NotFoundError(problem), { state: 'missing' }],
    [
      'a timeout',
      new TimeoutError({ ...problem, lastState: 'creating' }),
      { state: 'timeout', lastState: 'creating' },
    ],
    [
      'a scan that timed out',
      new TimeoutError({ ...problem, service: perceptionPoint, resumeId: '7' }),
      { scanId: '7' },
    ],
    ['a refusal', new AccessError({ ...problem, status: 403 }), { state: 'failed' }],
    ['a wrong input', new InvalidInputError(problem), { state: 'failed' }],
    ['a defect', new TypeError('it is undefined'), undefined],
  ])('has only keys by which n8n knows an error: %s', async (_what, error, details) => {
    const { items } = await running(() => Promise.reject(error), { continueOnFail: true });
    const json = items[0]?.json ?? {};
    expect(['error', 'message', 'details']).toEqual(expect.arrayContaining(Object.keys(json)));
    expect(json['error']).toContain('it ');
    if (details === undefined) expect(json).not.toHaveProperty('details');
    else expect(json['details']).toMatchObject(details);
  });

  test('delivers what was kept before, where the node goes on', async () => {
    const { items } = await running(
      ({ keep }) => {
        keep({ json: { part: 1 } });
        return Promise.reject(new ServiceError(problem));
      },
      { continueOnFail: true },
    );
    expect(items).toMatchObject([{ json: { part: 1 } }, { json: { details: { state: 'failed' } } }]);
  });

  test('otherwise ends the others, keeps the rest from beginning, and says which it is', async () => {
    const begun: number[] = [];
    const ended: unknown[] = [];
    const failure = await failureOf(
      running(
        async ({ itemIndex, signal }) => {
          begun.push(itemIndex);
          if (itemIndex === 1) throw new NotFoundError(problem);
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve);
          });
          ended.push(itemIndex);
          throw signal.reason as Error;
        },
        { items: itemsOf(9), parameters: withConcurrency(3) },
      ),
    );
    expect(failure).toBeInstanceOf(NodeApiError);
    expect(failure).toMatchObject({ context: { itemIndex: 1 } });
    expect(begun).toEqual([0, 1, 2]);
    expect(ended).toEqual([0, 2]);
  });

  test('with an error of n8n keeps it, and gets its number', async () => {
    const error = new NodeOperationError({ name: 'Tester' } as never, 'The item has no file');
    const operate: Run = ({ itemIndex }) => (itemIndex === 1 ? Promise.reject(error) : Promise.resolve([]));
    expect(await failureOf(running(operate, { items: itemsOf(2) }))).toBe(error);
    expect(error.context).toMatchObject({ itemIndex: 1 });
  });
});

describe('a session that cannot be opened', () => {
  const open = () => Promise.reject(new InvalidInputError(problem));
  const operate: Run = () => Promise.resolve([{ json: { ready: true } }]);

  test('fails the node', async () => {
    expect(await failureOf(running(operate, { open, items: itemsOf(2) }))).toMatchObject({
      name: 'NodeOperationError',
      message: 'Spectra Analyze, try it thing: it went wrong.',
    });
  });

  test('fails every item where the node goes on, and none passes for a success', async () => {
    const { items } = await running(operate, { open, items: itemsOf(2), continueOnFail: true });
    expect(items).toMatchObject([
      { json: { details: { state: 'failed' } }, pairedItem: { item: 0 } },
      { json: { details: { state: 'failed' } }, pairedItem: { item: 1 } },
    ]);
  });

  test('is opened once for all items', async () => {
    let opened = 0;
    await running(operate, { items: itemsOf(7), open: () => Promise.resolve(`session ${(opened += 1)}`) });
    expect(opened).toBe(1);
  });
});

describe('an execution that is canceled', () => {
  const reason = new Error('canceled by the user');

  test.each([true, false])(
    'ends with the reason of its signal, also where the node goes on (%s)',
    async (continueOnFail) => {
      const canceling = new AbortController();
      const begun: number[] = [];
      const failure = failureOf(
        running(
          async ({ itemIndex, signal }) => {
            begun.push(itemIndex);
            await new Promise((resolve) => {
              signal.addEventListener('abort', resolve);
              canceling.abort(reason);
            });
            throw new ServiceError(problem);
          },
          {
            items: itemsOf(9),
            parameters: withConcurrency(1),
            cancelSignal: canceling.signal,
            continueOnFail,
          },
        ),
      );
      expect(await failure).toBe(reason);
      expect(begun).toEqual([0]);
    },
  );
});

describe('what a user is told', () => {
  const codes = [
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'ETIMEDOUT',
    'ECONNABORTED',
    'EHOSTUNREACH',
    'EAI_AGAIN',
  ];

  test.each(codes)('of %s is in our words, which n8n would replace', async (code) => {
    const error = new ConnectionError({ ...problem, what: `the host has a problem (${code})` });
    expect(await failureOf(running(() => Promise.reject(error)))).toMatchObject({
      name: 'NodeApiError',
      message: `Spectra Analyze, try it thing: the host has a problem (${code}).`,
      messages: [],
      description: 'Try something else.',
    });
  });

  test.each([400, 401, 403, 404, 429, 500, 502, 503, 504])(
    'of HTTP %i is in our words, with the status',
    async (status) => {
      const error = new ServiceError({ ...problem, status, vendorMessage: 'No.' });
      expect(await failureOf(running(() => Promise.reject(error)))).toMatchObject({
        name: 'NodeApiError',
        message: `Spectra Analyze, try it thing: it went wrong (HTTP ${status}, "No.").`,
        description: 'Try something else.',
        httpCode: String(status),
      });
    },
  );

  test('of a wrong input is an error of the operation', async () => {
    expect(await failureOf(running(() => Promise.reject(new InvalidInputError(problem))))).toMatchObject({
      name: 'NodeOperationError',
      message: 'Spectra Analyze, try it thing: it went wrong.',
      description: 'Try something else.',
      context: { itemIndex: 0 },
    });
  });

  test('of a hash has its beginning in the headline, which has room for no more, and all of it below', async () => {
    const sha256 = '0123456789abcdef'.repeat(4);
    const error = new NotFoundError({ ...problem, subject: sha256 });
    expect(await failureOf(running(() => Promise.reject(error)))).toMatchObject({
      message: 'Spectra Analyze, try it 01234567…: it went wrong.',
      description: `Try something else. The whole hash: ${sha256}.`,
    });
    const { items } = await running(() => Promise.reject(error), { continueOnFail: true });
    expect(items[0]?.json['details']).toMatchObject({ subject: sha256 });
  });

  test('of a file whose name holds a code of the system is in our words', async () => {
    const error = new Error('the file EPIPE.zip has changed');
    expect(await failureOf(running(() => Promise.reject(error)))).toMatchObject({
      message: 'the file EPIPE.zip has changed',
    });
  });

  test('of what the service said last stands beside a timeout, too', async () => {
    const lastAnswer = { status: 503, vendorCode: 'busy', vendorMessage: 'Come back later.' };
    const error = new TimeoutError({ ...problem, ...lastAnswer, lastState: 'busy' });
    const { items } = await running(() => Promise.reject(error), { continueOnFail: true });
    expect(items[0]?.json['details']).toMatchObject({ state: 'timeout', lastState: 'busy', ...lastAnswer });
  });

  test('of a job that was given up names the operation that takes it up again', async () => {
    const given = (service: Problem['service']) =>
      failureOf(running(() => Promise.reject(new TimeoutError({ ...problem, service, resumeId: '7' }))));
    expect(await given(spectraAnalyze)).toMatchObject({
      description: 'Try something else. The operation PDF Report > Download fetches it then. The id is 7.',
    });
    expect(await given(perceptionPoint)).toMatchObject({
      description: 'Try something else. The operation Scan > Get asks for it again. The id is 7.',
    });
  });

  describe.each([
    ['of a newer agent', { nodeType: 'n8n-nodes-security-reports.testerTool' }],
    ['of an older agent', { isToolExecution: true }],
  ])('as the tool %s', (_what, tool) => {
    const given = { ...problem, service: perceptionPoint, subject: 'setup.exe', resumeId: '7' };
    const error = new TimeoutError(given);
    const whole =
      'Perception Point, try it setup.exe: it went wrong. Try something else. The operation Scan > Get asks for it again. The id is 7.';

    test('is all in the message, of which alone the agent learns', async () => {
      const failure = await failureOf(running(() => Promise.reject(error), tool));
      expect(failure).toMatchObject({ message: whole, description: whole });
    });

    test('is all in the key "error", where the node goes on', async () => {
      const more = { ...tool, continueOnFail: true };
      const { items } = await running(() => Promise.reject(error), more);
      expect(items).toMatchObject([{ json: { error: whole, details: { scanId: '7' } } }]);
    });
  });

  test('holds nothing that hangs on the error besides its words', async () => {
    const error = Object.assign(new ServiceError(problem), {
      cause: new Error('an answer nobody looked through'),
    });
    expect(
      inspect(await failureOf(running(() => Promise.reject(error))), { depth: Infinity, showHidden: true }),
    ).not.toContain('an answer nobody looked through');
  });
});

describe('the state of an item', () => {
  const operate: Run = ({ tell }) => {
    tell('being created');
    return Promise.resolve([]);
  };

  test('goes to the log', async () => {
    expect((await running(operate)).log).toEqual(['Tester, item 0: being created']);
  });

  test('goes to the editor, too, when somebody runs the workflow by hand', async () => {
    expect((await running(operate, { mode: 'manual' })).log).toEqual([
      'Tester, item 0: being created',
      'editor: Tester, item 0: being created',
    ]);
  });
});
