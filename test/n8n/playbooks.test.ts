import { malwareMarker, type Simulator, startSimulator } from '../../packages/simulator/src/index.ts';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { INode } from 'n8n-workflow';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { openFormInbox } from './support/form-inbox.ts';
import { openMailbox } from './support/mailbox.ts';
import { N8nClient, type StoredCredential } from './support/n8n-client.ts';
import { N8nHome } from './support/n8n-process.ts';
import { credentialsFor, importPlaybooks, playbooks, withCredential } from './support/playbooks.ts';
import { startScriptedModel } from './support/scripted-model.ts';
import { startSimulatorCommand } from './support/simulator-command.ts';
import { until } from './support/until.ts';
import { baseNode, chain, manualTrigger, ourNode } from './support/workflow.ts';

const { url, cookie, folder } = inject('n8n');
const client = new N8nClient(url, cookie);
let simulator: Simulator;
let credentials: readonly StoredCredential[];

beforeAll(async () => {
  simulator = await startSimulator();
  credentials = await credentialsFor(client, simulator);
  await importPlaybooks(new N8nHome(folder));
});

beforeEach(() => {
  simulator.reset();
});

afterAll(async () => {
  await simulator.close();
});

/** Does what the note of a playbook says to set. */
async function setUp(
  playbook: string,
  more: { credentials?: readonly StoredCredential[]; change?: (node: INode) => INode } = {},
): Promise<void> {
  const all = [...credentials, ...(more.credentials ?? [])];
  const change = more.change ?? ((node: INode): INode => node);
  await client.changeNodes(playbook, (node) => change(withCredential(node, all)));
}

async function upload(path: string, files: Readonly<Record<string, string>>): Promise<Response> {
  const form = new FormData();
  for (const [name, content] of Object.entries(files)) form.append(name, new Blob([content]), `${name}.txt`);
  return fetch(`${url}/webhook/${path}`, { method: 'POST', body: form });
}

test('n8n imports every playbook, with the nodes of the package', async () => {
  const ids = (await readdir(playbooks))
    .filter((name) => name.endsWith('.json'))
    .map((name) => basename(name, '.json'));
  expect(ids).toHaveLength(5);
  for (const id of ids) expect((await client.workflow(id)).nodes.length, id).toBeGreaterThan(1);
});

test('the first playbook works as the README builds it', async () => {
  await using command = await startSimulatorCommand();
  const appliance = await client.createCredential('spectraAnalyzeApi', {
    baseUrl: command.url,
    token: command.spectraAnalyzeToken,
  });
  const service = await client.createCredential('perceptionPointApi', {
    region: 'custom',
    baseUrl: command.url,
    token: command.perceptionPointToken,
  });
  const sample = await readFile(join(playbooks, 'malicious-sample.txt'));
  const field = { fieldLabel: 'data', fieldType: 'file', multipleFiles: false };
  const form = {
    ...baseNode('Form', 'formTrigger', 2.2, { formTitle: 'Upload', formFields: { values: [field] } }),
    webhookId: 'first-playbook',
  };
  const isMalicious = {
    options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
    conditions: [
      {
        id: 'a',
        leftValue: '={{ $json.verdict }}',
        rightValue: 'malicious',
        operator: { type: 'string', operation: 'equals' },
      },
    ],
    combinator: 'and',
  };
  const workflowId = await client.createWorkflow(
    chain(
      'First playbook',
      form,
      ourNode('Scan', 'perceptionPoint', service, { resource: 'file', operation: 'scan' }),
      baseNode('Malicious?', 'if', 2.2, { conditions: isMalicious, options: {} }),
      ourNode('Report', 'spectraAnalyze', appliance, {
        resource: 'pdfReport',
        operation: 'generate',
        hash: '={{ $json.submittedSha256 }}',
      }),
    ),
  );
  await client.activate(workflowId);
  const body = new FormData();
  body.append('field-0', new Blob([sample]), 'malicious-sample.txt');
  const response = await fetch(`${url}/form/first-playbook`, { method: 'POST', body });
  expect(response.status).toBe(200);
  const [report] = await until('report', async () => {
    const outputs = await client.outputs(workflowId, 'Report');
    return outputs.length > 0 ? outputs : undefined;
  });
  await client.deactivate(workflowId);
  expect(report).toMatchObject({ state: 'ready', fileName: `${sha256Of(sample)}.pdf` });
});

describe('scan uploads and gate', () => {
  beforeAll(async () => {
    await setUp('scan-uploads-and-gate');
    await client.activate('scan-uploads-and-gate');
  });

  afterAll(async () => {
    await client.deactivate('scan-uploads-and-gate');
  });

  test('lets a clean file pass', async () => {
    const response = await upload('scan-upload', { data: 'harmless' });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ allowed: true, file: 'data.txt', verdict: 'clean' });
  });

  test('holds back any other, and makes the PDF report of it', async () => {
    const { sha256 } = simulator.spectraAnalyze.addSample({ content: malwareMarker, creationSeconds: 0 });
    const response = await upload('scan-upload', { data: malwareMarker });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      allowed: false,
      verdict: 'malicious',
      sha256,
      report: `${sha256}.pdf`,
      noReport: null,
    });
  });

  test('holds it back as well where the appliance has no sample of it', async () => {
    const response = await upload('scan-upload', { data: `other ${malwareMarker}` });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      allowed: false,
      report: null,
      noReport: expect.stringContaining('not on the appliance') as unknown,
    });
  });

  test('lets nothing pass unscanned', async () => {
    simulator.perceptionPoint.configure({ licensed: false });
    expect((await upload('scan-upload', { data: 'harmless' })).status).toBe(500);
  });
});

test('hash to PDF to ticket: the ticket gets the verdict and the PDF', async () => {
  await using tickets = await openFormInbox();
  const playbook = 'hash-to-pdf-to-ticket';
  await setUp(playbook, {
    change: (node) =>
      JSON.parse(
        JSON.stringify(node).replace('https://tickets.example.com/api/tickets/42/attachments', tickets.url),
      ) as INode,
  });
  await client.activate(playbook);
  const { sha1 } = simulator.spectraAnalyze.addSample({ classification: 'malicious', creationSeconds: 0 });
  await fetch(`${url}/webhook/hash-to-ticket`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ hash: sha1 }),
  });
  const form = await until('attachment of the ticket', () => Promise.resolve(tickets.forms[0]));
  await client.deactivate(playbook);
  expect(form.fields).toMatchObject({ hash: sha1, verdict: 'malicious' });
  expect(form.files['file']?.name).toBe(`${sha1}.pdf`);
  expect(form.files['file']?.content.toString('latin1')).toMatch(/^%PDF-[^]*%%EOF\s*$/);
});

test('monthly DigiCert report by e-mail: each part is mailed to the auditors', async () => {
  await using mailbox = await openMailbox();
  const smtp = await client.createCredential('smtp', {
    host: '127.0.0.1',
    port: mailbox.port,
    secure: false,
    disableStartTls: true,
    user: '',
    password: '',
  });
  await setUp('monthly-digicert-report-by-email', { credentials: [smtp] });
  simulator.digicert.addReport({ displayName: 'Orders', schedule: 'WEEKLY', runs: [{}] });
  simulator.digicert.addReport({
    displayName: 'All domains',
    schedule: 'MONTHLY',
    runs: [{ splitCount: 2 }],
  });
  const executionId = await client.start('monthly-digicert-report-by-email', 'New Monthly Report');
  const execution = await client.untilEnd(executionId);
  expect(execution.error).toBeUndefined();
  const items = execution.items('New Monthly Report');
  expect(items).toHaveLength(2);
  expect(mailbox.mails.map(({ subject }) => subject)).toEqual(Array(2).fill('DigiCert report: All domains'));
  expect(mailbox.mails.map(({ attachments }) => attachments.map(({ content }) => sha256Of(content)))).toEqual(
    items.map(({ json }) => [json['sha256']]),
  );
});

test('callback-driven scan queue: each verdict becomes a row', async () => {
  const playbook = 'callback-scan-queue';
  await setUp(playbook);
  await client.activate(playbook);
  await upload('scan-queue', { one: 'harmless', two: malwareMarker, three: 'harmless, too' });
  const rows = baseNode('Rows', 'dataTable', 1.1, {
    resource: 'row',
    operation: 'get',
    dataTableId: { __rl: true, mode: 'name', value: 'Scan verdicts' },
    returnAll: true,
  });
  const verdicts = await until('a row for each file', async () => {
    const execution = await client.execute(chain('Rows', manualTrigger, { ...rows, alwaysOutputData: true }));
    const found = execution.items('Rows').map(({ json }) => [json['file'], json['verdict']]);
    return found.length === 3 ? found.toSorted() : undefined;
  });
  await client.deactivate(playbook);
  expect(verdicts).toEqual([
    ['one.txt', 'clean'],
    ['three.txt', 'clean'],
    ['two.txt', 'malicious'],
  ]);
});

test('AI agent with three tools: the agent learns from each what its JSON says, and no credential', async () => {
  const { sha256 } = simulator.spectraAnalyze.addSample({ classification: 'malicious' });
  const { identifier } = simulator.digicert.addReport({ displayName: 'Orders', runs: [{}] });
  await using model = await startScriptedModel({
    Classify_a_Sample: { Hash: sha256 },
    Scan_a_Link: { Download_Link: 'https://files.example.com/a.exe?signature=s3cr3t' },
    List_Certificate_Reports: { Limit: 5 },
  });
  const openAi = await client.createCredential('openAiApi', { apiKey: 'none', url: `${model.url}/v1` });
  const playbook = 'ai-agent-with-three-tools';
  await setUp(playbook, { credentials: [openAi] });
  const question = { chatInput: 'What is there?', sessionId: 'one', action: 'sendMessage' };
  const execution = await client.untilEnd(await client.start(playbook, 'Chat', question));
  expect(execution.error).toBeUndefined();
  const answer = JSON.stringify(execution.items('AI Agent')[0]?.json['output']).replaceAll('\\"', '"');
  expect(answer).toMatch(new RegExp(`"subject":"${sha256}"[^]*"verdict":"malicious"`));
  expect(answer).toMatch(/"subject":"https:\/\/files\.example\.com\/a\.exe"[^]*"verdict":"clean"/);
  expect(answer).toContain(identifier);
  for (const { token } of [simulator.spectraAnalyze, simulator.perceptionPoint]) {
    expect(execution.text).not.toContain(token);
  }
  expect(execution.text).not.toContain(simulator.digicert.apiKey);
});

function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
