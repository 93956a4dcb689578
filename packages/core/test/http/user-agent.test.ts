import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { userAgent } from '../../src/http/user-agent.ts';
import { startAppliance } from '../support/appliance.ts';

test('every request names the product and the version of its package', async () => {
  const path = new URL('../../../../package.json', import.meta.url);
  const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
  expect(userAgent).toBe(`security-reports/${version}`);
  const { simulator, client } = await startAppliance();
  await client.testConnection();
  expect(simulator.journal.list()).toMatchObject([{ userAgent }]);
});
