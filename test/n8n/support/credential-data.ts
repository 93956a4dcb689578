import type { Simulator } from '../../../packages/simulator/src/index.ts';

/** What a user fills in to use a simulator, by the type of the credential. */
export function credentialData({ url, spectraAnalyze, perceptionPoint, digicert }: Simulator) {
  return {
    spectraAnalyzeApi: { baseUrl: url, token: spectraAnalyze.token },
    perceptionPointApi: { region: 'custom', baseUrl: url, token: perceptionPoint.token },
    digicertApi: { baseUrl: url, apiKey: digicert.apiKey },
  };
}
