import axios, { type AxiosRequestConfig } from 'axios';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import {
  type IAllExecuteFunctions,
  type ICredentialDataDecryptedObject,
  type ICredentialType,
  type IHttpRequestOptions,
  type IN8nHttpFullResponse,
  type INode,
  type JsonObject,
  NodeApiError,
} from 'n8n-workflow';

/** A credential as n8n has it after decryption. */
export interface StoredCredential {
  readonly type: ICredentialType;
  readonly data: ICredentialDataDecryptedObject;
}

/** n8n's two request helpers over the HTTP client that n8n itself uses, with its way of passing options on. */
export function httpHelpers(node: INode, credential: StoredCredential) {
  return {
    httpRequest: send,
    async httpRequestWithAuthentication(
      this: IAllExecuteFunctions,
      type: string,
      options: IHttpRequestOptions,
    ): Promise<unknown> {
      if ('getExecutionCancelSignal' in this) {
        const signal = this.getExecutionCancelSignal();
        if (signal !== undefined) options.abortSignal = signal;
      }
      try {
        const { authenticate } = credential.type;
        if (type !== credential.type.name || typeof authenticate !== 'function') {
          throw new TypeError(`there is no credential ${type}`);
        }
        return await send(await authenticate(credential.data, options));
      } catch (error) {
        throw new NodeApiError(node, error as JsonObject);
      }
    },
  };
}

async function send(options: IHttpRequestOptions): Promise<unknown> {
  const agentOptions = {
    ...options.agentOptions,
    ...(options.skipSslCertificateValidation === true && { rejectUnauthorized: false }),
  };
  const request: AxiosRequestConfig = {
    url: options.url,
    ...(options.baseURL !== undefined && { baseURL: options.baseURL }),
    method: options.method ?? 'GET',
    headers: options.headers as Record<string, string>,
    params: options.qs,
    data: options.body,
    maxBodyLength: Infinity,
    maxContentLength: Infinity,
    httpAgent: new HttpAgent(),
    httpsAgent: new HttpsAgent(agentOptions),
    proxy: false,
    ...(options.timeout !== undefined && { timeout: options.timeout }),
    ...(options.encoding !== undefined && { responseType: options.encoding }),
    ...(options.abortSignal !== undefined && { signal: options.abortSignal }),
    ...(options.disableFollowRedirect === true && { maxRedirects: 0 }),
    ...(options.ignoreHttpStatusErrors === true && { validateStatus: () => true }),
  };
  const response = await axios<unknown>(request);
  if (options.returnFullResponse !== true) return response.data;
  return {
    statusCode: response.status,
    statusMessage: response.statusText,
    headers: response.headers,
    body: response.data,
  } as IN8nHttpFullResponse;
}
