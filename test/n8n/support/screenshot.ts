import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { repository } from './package-tarball.ts';

/** The pictures of the documentation change only when somebody means it: `pnpm docs:screenshots`. */
const folder =
  process.env['KEEP_SCREENSHOTS'] === undefined
    ? join(tmpdir(), 'n8n-screenshots')
    : join(repository, 'docs', 'images');

/** Takes a picture of what the page shows. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  // The panel slides in.
  await page.waitForTimeout(1_000);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
