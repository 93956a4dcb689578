import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { DigicertApi } from '../../credentials/DigicertApi.credentials.ts';
import { PerceptionPointApi } from '../../credentials/PerceptionPointApi.credentials.ts';
import { SpectraAnalyzeApi } from '../../credentials/SpectraAnalyzeApi.credentials.ts';

/** What the editor searches of a node, besides its name. */
async function aliasesOf(node: string): Promise<readonly string[]> {
  const folder = node.replace('Trigger', '');
  const file = new URL(`../../nodes/${folder}/${node}.node.json`, import.meta.url);
  const { alias } = JSON.parse(await readFile(file, 'utf8')) as { alias: readonly string[] };
  return alias.map((text) => text.toLowerCase());
}

describe('the search for a node', () => {
  test.each([
    ['pdf report', 'SpectraAnalyze'],
    ['threat intelligence', 'SpectraAnalyze'],
    ['reversinglabs', 'SpectraAnalyze'],
    ['malware analysis', 'SpectraAnalyze'],
    ['scan file', 'PerceptionPoint'],
    ['file scan', 'PerceptionPoint'],
    ['threat intelligence', 'PerceptionPoint'],
    ['fortinet', 'PerceptionPoint'],
    ['fortinet', 'PerceptionPointTrigger'],
    ['csv report', 'DigicertReports'],
    ['certificate report', 'DigicertReports'],
    ['csv report', 'DigicertReportsTrigger'],
  ])('for "%s" finds %s', async (words, node) => {
    // The editor wants all letters of the search, in their order, within one alias.
    expect((await aliasesOf(node)).filter((alias) => alias.includes(words))).not.toEqual([]);
  });
});

describe('the search for a credential', () => {
  test.each([
    ['reversing', new SpectraAnalyzeApi()],
    ['spectra', new SpectraAnalyzeApi()],
    ['fortinet', new PerceptionPointApi()],
    ['perception', new PerceptionPointApi()],
    ['certcentral', new DigicertApi()],
    ['digicert', new DigicertApi()],
  ])('for "%s" finds $displayName', (words, { displayName }) => {
    // n8n 2.41 looks at nothing else of a credential than its display name.
    expect(displayName.toLowerCase()).toContain(words);
  });
});
