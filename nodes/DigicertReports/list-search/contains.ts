import type { INodeListSearchItems } from 'n8n-workflow';

/** Whether what a user types is in the name or in the id, in any letter case. */
export function contains(typed: string): (item: INodeListSearchItems) => boolean {
  const wanted = typed.trim().toLowerCase();
  return ({ name, value }) => [name, String(value)].some((text) => text.toLowerCase().includes(wanted));
}
