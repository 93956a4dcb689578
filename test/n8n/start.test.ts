import { expect, inject, test } from 'vitest';
import { N8nClient } from './support/n8n-client.ts';

const { url, cookie } = inject('n8n');
const client = new N8nClient(url, cookie);
const ours = 'n8n-nodes-security-reports.';

test('n8n loads every node of the package, and makes tools of those that can be one', async () => {
  const names = (await client.types('nodes')).map(({ name }) => name).filter((name) => name.startsWith(ours));
  expect(names.map((name) => name.slice(ours.length)).toSorted()).toEqual([
    'digicertReports',
    'digicertReportsTool',
    'digicertReportsTrigger',
    'perceptionPoint',
    'perceptionPointCallbackScan',
    'perceptionPointCallbackScanTool',
    'perceptionPointTool',
    'perceptionPointTrigger',
    'spectraAnalyze',
    'spectraAnalyzeTool',
  ]);
});

test('n8n loads every credential of the package', async () => {
  const names = (await client.types('credentials')).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['digicertApi', 'perceptionPointApi', 'spectraAnalyzeApi']));
});

test('n8n serves the icons of nodes and credentials', async () => {
  const types = [...(await client.types('nodes')), ...(await client.types('credentials'))];
  const icons = types
    .filter(
      ({ name }) => name.startsWith(ours) || /^(digicert|perceptionPoint|spectraAnalyze)Api$/.test(name),
    )
    .flatMap(({ iconUrl }) => Object.values(iconUrl as { light: string; dark: string }));
  expect(icons.length).toBeGreaterThanOrEqual(16);
  for (const icon of new Set(icons)) {
    const response = await fetch(new URL(icon, `${client.url}/`));
    expect(response.status, icon).toBe(200);
    expect(response.headers.get('content-type'), icon).toContain('image/svg+xml');
  }
});
