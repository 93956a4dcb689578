import { perceptionPointRegions } from '@security-reports/core';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

/** The base URL that a Perception Point credential stands for: that of its region, or its own. */
export function perceptionPointBaseUrl({ region, baseUrl }: ICredentialDataDecryptedObject): string {
  const regions: Readonly<Record<string, string>> = perceptionPointRegions;
  return regions[region as string] ?? (typeof baseUrl === 'string' ? baseUrl : '');
}
