import { malwareMarker } from './scan-options.ts';

/** What the command says about the service: how to reach it, and the vendor's examples as curl lines. */
export function describePerceptionPoint(url: string, { token }: { readonly token: string }): string {
  const call = `curl --header 'Authorization: Token ${token}'`;
  const callback = `--form 'callback_url=http://localhost:8000/callback' --form 'callback_headers={"Auth": "secret"}'`;
  return `Perception Point X-Ray
Base URL: ${url}
Token: ${token}
A scan takes 2 seconds. A file that contains ${malwareMarker} is malicious, any other one is clean.
Submissions and callbacks are at ${url}/_simulator/perception-point/submissions and .../callbacks.

Try:
  ${call} --data 'path=sample.doc' ${url}/api/v1/files/
  ${call} --form 'data=@package.json' --form 'name=my_file.doc' ${callback} ${url}/api/v1/files/
  ${call} '${url}/api/v1/scans/list/?origin=api'`;
}
