import { startSimulator } from '../../packages/simulator/src/index.ts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { openEditor } from './support/editor.ts';
import { N8nClient, type WorkflowDraft } from './support/n8n-client.ts';
import { packageName, repository } from './support/package-tarball.ts';
import { takeScreenshot } from './support/screenshot.ts';
import { baseNode, chain, manualTrigger, ourNode } from './support/workflow.ts';

const { url, cookie } = inject('n8n');
const client = new N8nClient(url, cookie);

describe('the panel of a node', () => {
  test('shows the fields of an operation, with their hints, and no others', async () => {
    const credential = await client.createCredential('spectraAnalyzeApi', { baseUrl: url, token: 'token' });
    const generate = { resource: 'pdfReport', operation: 'generate', hash: '={{ $json.submittedSha256 }}' };
    const classify = { resource: 'sample', operation: 'getClassification' };
    const workflowId = await client.createWorkflow(
      chain(
        'Fields',
        manualTrigger,
        ourNode('Report', 'spectraAnalyze', credential, generate),
        ourNode('Sample', 'spectraAnalyze', credential, classify),
      ),
    );
    await using editor = await openEditor(client, workflowId);
    const field = (name: string) => editor.page.getByTestId(`parameter-input-${name}`);

    await editor.openNode('Report');
    expect(await field('hash').isVisible()).toBe(true);
    expect(await field('outputBinaryField').isVisible()).toBe(true);
    const panel = await editor.page.getByTestId('ndv').innerText();
    expect(panel).toContain('The name of the output binary field to put the file in');
    await takeScreenshot(editor.page, 'n8n-spectra-analyze');
    await editor.closeNode();

    await editor.openNode('Sample');
    expect(await field('hash').isVisible()).toBe(true);
    expect(await field('outputBinaryField').isVisible()).toBe(false);
  });

  test('asks for the source of a file as the source wants it', async () => {
    const credential = await client.createCredential('perceptionPointApi', { region: 'us', token: 'token' });
    const scan = { resource: 'file', operation: 'scan' };
    const workflowId = await client.createWorkflow(
      chain(
        'Sources',
        manualTrigger,
        ourNode('Scan file', 'perceptionPoint', credential, scan),
        ourNode('Scan link', 'perceptionPoint', credential, { ...scan, inputSource: 'downloadLink' }),
      ),
    );
    await using editor = await openEditor(client, workflowId);
    const field = (name: string) => editor.page.getByTestId(`parameter-input-${name}`);

    await editor.openNode('Scan file');
    expect(await field('binaryPropertyName').isVisible()).toBe(true);
    expect(await field('downloadLink').isVisible()).toBe(false);
    await takeScreenshot(editor.page, 'n8n-perception-point');
    await editor.closeNode();

    await editor.openNode('Scan link');
    expect(await field('binaryPropertyName').isVisible()).toBe(false);
    expect(await field('downloadLink').isVisible()).toBe(true);
  });
});

test('the panel of the Perception Point Trigger shows the URL to give to submissions', async () => {
  const credential = await client.createCredential('perceptionPointApi', { region: 'us', token: 'token' });
  const trigger = {
    ...ourNode('Trigger', 'perceptionPointTrigger', credential, {}),
    webhookId: 'shown-in-the-editor',
  };
  await using editor = await openEditor(client, await client.createWorkflow(chain('Trigger', trigger)));
  await editor.openNode('Trigger');
  const panel = editor.page.getByTestId('ndv');
  await panel.getByText('Webhook URLs').click();
  await panel.getByText('Production URL', { exact: true }).click();
  await panel.getByText('/webhook/shown-in-the-editor/perception-point').first().waitFor();
  const text = await panel.innerText();
  expect(text).toContain('Give the production URL above as the callback URL of File > Submit');
  expect(text).toContain('x-security-reports-secret');
});

test('before a node has run, the next one offers what it gives', async () => {
  const credential = await client.createCredential('perceptionPointApi', { region: 'us', token: 'token' });
  const scan = ourNode('Scan', 'perceptionPoint', credential, { resource: 'file', operation: 'scan' });
  const next = baseNode('Next', 'set', 3.4);
  const workflowId = await client.createWorkflow(chain('Schema', manualTrigger, scan, next));
  await using editor = await openEditor(client, workflowId);
  await editor.openNode('Next');
  const panel = editor.page.getByTestId('ndv-input-panel');
  for (const key of ['verdict', 'scanId', 'submittedSha256']) {
    await panel.getByText(key, { exact: true }).first().waitFor();
  }
});

test.each([
  ['pdf report', 'Spectra Analyze'],
  ['threat intelligence', 'Spectra Analyze'],
  ['scan file', 'Perception Point'],
  ['csv report', 'DigiCert Reports'],
])('the search of the editor for "%s" finds %s', async (words, name) => {
  await using editor = await openEditor(client, await client.createWorkflow(chain('Search', manualTrigger)));
  await editor.page.getByTestId('node-creator-plus-button').click();
  await editor.page.getByTestId('node-creator-search-bar').fill(words);
  await editor.page.getByTestId('node-creator-item-name').getByText(name, { exact: true }).first().waitFor();
});

test.each([
  ['reversing', 'ReversingLabs Spectra Analyze API'],
  ['fortinet', 'Fortinet Perception Point API'],
])('the search for a credential with "%s" finds %s', async (words, name) => {
  await using editor = await openEditor(client, await client.createWorkflow(chain('Search', manualTrigger)));
  await editor.page.goto(`${client.url}/home/credentials/create`);
  await editor.page.getByTestId('new-credential-type-select').locator('input').fill(words);
  await editor.page.getByText(name, { exact: true }).first().waitFor();
});

test('a credential that was refused shows what to do, and the button Retry', async () => {
  await using simulator = await startSimulator();
  const { id } = await client.createCredential('spectraAnalyzeApi', {
    baseUrl: simulator.url,
    token: 'wrong',
  });
  await using editor = await openEditor(
    client,
    await client.createWorkflow(chain('Credential', manualTrigger)),
  );
  await editor.page.goto(`${client.url}/home/credentials/${id}`);
  await editor.page.getByRole('button', { name: 'Retry' }).waitFor();
  await editor.page.getByText('More details').click();
  await editor.page.getByText('The service refuses the credential (HTTP 403).').first().waitFor();
  expect(await editor.page.getByRole('button', { name: 'Test', exact: true }).count()).toBe(0);
});

test('a playbook is drawn with the icons of its nodes', async () => {
  const file = join(repository, 'examples', 'n8n', 'hash-to-pdf-to-ticket.json');
  const { name, nodes, connections } = JSON.parse(await readFile(file, 'utf8')) as WorkflowDraft;
  const workflowId = await client.createWorkflow({ name, nodes, connections });
  await using editor = await openEditor(client, workflowId);
  const icons = editor.page.locator(`[data-test-id="canvas-node"] img[src*="${packageName}"]`);
  const drawn = await icons.evaluateAll((images) =>
    Promise.all(
      images.map(async (image) => {
        const icon = image as unknown as { decode(): Promise<void>; readonly naturalWidth: number };
        await icon.decode();
        return icon.naturalWidth;
      }),
    ),
  );
  const ours = nodes.filter(({ type }) => type.startsWith(packageName));
  expect(drawn).toHaveLength(ours.length);
  expect(drawn.every((width) => width > 0)).toBe(true);
  await takeScreenshot(editor.page, 'n8n-playbook');
});
