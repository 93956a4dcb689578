import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

/** As far as it is used here; the types of the HTTP server are not at hand. */
interface ServerResponse {
  status(code: number): { json(body: object): unknown };
}

/** Answers a request that starts, or resumes, nothing. */
export function answer(functions: IWebhookFunctions, status: number, message: string): IWebhookResponseData {
  const response = functions.getResponseObject() as unknown as ServerResponse;
  response.status(status).json({ message });
  return { noWebhookResponse: true };
}
