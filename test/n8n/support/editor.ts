import { chromium, type Page, selectors } from 'playwright-core';
import type { N8nClient } from './n8n-client.ts';

export interface Editor extends AsyncDisposable {
  readonly page: Page;
  /** Opens the panel of a node, as a double click on it does. */
  openNode(name: string): Promise<void>;
  closeNode(): Promise<void>;
}

selectors.setTestIdAttribute('data-test-id');

/** Opens a workflow in n8n's editor, as the owner sees it, in Debian's Chromium. */
export async function openEditor(client: N8nClient, workflowId: string): Promise<Editor> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      // In a container it often runs as root, and then starts no sandbox.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    const context = await browser.newContext({ viewport: { width: 1400, height: 800 } });
    const [name = '', value = ''] = client.cookie.split('=');
    await context.addCookies([{ name, value, url: client.url }]);
    const page = await context.newPage();
    await page.goto(`${client.url}/workflow/${workflowId}`);
    await page.getByTestId('canvas-node').first().waitFor();
    return {
      page,
      openNode: async (node) => {
        await page.locator(`[data-test-id="canvas-node"][data-node-name="${node}"]`).dblclick();
        await page.getByTestId('ndv').waitFor();
      },
      closeNode: async () => {
        await page.keyboard.press('Escape');
        await page.getByTestId('ndv').waitFor({ state: 'hidden' });
      },
      [Symbol.asyncDispose]: () => browser.close(),
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
