import type { IWebhookFunctions } from 'n8n-workflow';

/** A service that repeats itself does so soon; so many scans ago is long past. */
const mostRemembered = 1_000;

/**
 * What this process knows, by trigger. n8n reads the static data anew for each request and writes it once the
 * execution has started: what came in between would be told twice, or forgotten.
 */
const seenHere = new Map<string, readonly string[]>();

/**
 * Whether nobody has told the trigger of a scan before. From now on, somebody has: the node's static data holds what
 * was seen across restarts.
 */
export function isFirstEventOf(scanId: string, functions: IWebhookFunctions): boolean {
  // Who tries a trigger out in the editor may do so with the same scan again and again.
  if (functions.getMode() === 'manual') return true;
  const trigger = `${functions.getWorkflow().id ?? ''} ${functions.getNode().id}`;
  const staticData = functions.getWorkflowStaticData('node');
  const stored = (staticData['seenScans'] ?? []) as readonly string[];
  const seen = [...new Set([...stored, ...(seenHere.get(trigger) ?? [])])];
  if (seen.includes(scanId)) return false;
  const remembered = [...seen, scanId].slice(-mostRemembered);
  seenHere.set(trigger, remembered);
  staticData['seenScans'] = remembered;
  return true;
}
