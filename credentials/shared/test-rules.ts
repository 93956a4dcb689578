import type { IAuthenticateRuleResponseCode } from 'n8n-workflow';

/** The statuses by which a server sends a request elsewhere. */
const redirects = [301, 302, 303, 307, 308];

/**
 * What the test of a credential says about the status of an answer, where n8n would only say its name, as in
 * "Forbidden".
 *
 * @param refused what a refusal (401, 403) means, and what to do.
 * @param elsewhere what to do where the base URL is not that of the service.
 */
export function testRules(refused: string, elsewhere: string): IAuthenticateRuleResponseCode[] {
  const rule = (value: number, message: string): IAuthenticateRuleResponseCode => ({
    type: 'responseCode',
    properties: { value, message },
  });
  return [
    rule(401, `The service refuses the credential (HTTP 401). ${refused}`),
    rule(403, `The service refuses the credential (HTTP 403). ${refused}`),
    rule(404, `There is no such service at the base URL (HTTP 404). ${elsewhere}`),
    rule(407, 'The proxy wants a user name and a password (HTTP 407). Set them where n8n has its proxy.'),
    rule(429, 'The service gets too many requests (HTTP 429). Wait a minute, then press Retry.'),
    ...redirects.map((status) =>
      rule(
        status,
        `The base URL leads elsewhere (HTTP ${status}), where the credential must not go. ${elsewhere}`,
      ),
    ),
    ...[500, 502, 503, 504].map((status) =>
      rule(status, `The service, or a proxy before it, has a problem (HTTP ${status}). Press Retry later.`),
    ),
  ];
}
