import axios, { type AxiosRequestConfig } from 'axios';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import {
  type IAllExecuteFunctions,
  type ICredentialDataDecryptedObject,
  type ICredentialType,
  type IHttpRequestOptions,
  type INode,
  isObjectEmpty,
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
        if (signal === undefined) delete options.abortSignal;
        else options.abortSignal = signal;
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

/** As `convertN8nRequestToAxios` of n8n 2.41.1 does it, as far as our requests have to do with it. */
async function send(options: IHttpRequestOptions): Promise<unknown> {
  const { hostname } = new URL(options.url, options.baseURL);
  const agentOptions = {
    ...options.agentOptions,
    ...(isIP(hostname) === 0 && { servername: hostname }),
    ...(options.skipSslCertificateValidation === true && { rejectUnauthorized: false }),
  };
  const body: unknown = options.body;
  const hasBody = typeof body === 'string' ? body !== '' : typeof body === 'object' && !isObjectEmpty(body);
  const request: AxiosRequestConfig = {
    url: options.url,
    ...(options.baseURL !== undefined && { baseURL: options.baseURL }),
    method: options.method ?? 'GET',
    headers: options.headers as Record<string, string>,
    params: options.qs,
    ...(hasBody && options.method !== 'GET' && { data: body }),
    maxBodyLength: Infinity,
    maxContentLength: Infinity,
    httpAgent: new HttpAgent(agentOptions),
    httpsAgent: new HttpsAgent(agentOptions),
    proxy: false,
    timeout: options.timeout ?? 300_000,
    ...(options.encoding !== undefined && { responseType: options.encoding }),
    ...(options.abortSignal !== undefined && { signal: options.abortSignal }),
    ...(options.disableFollowRedirect === true && { maxRedirects: 0 }),
    ...(options.ignoreHttpStatusErrors === true && { validateStatus: () => true }),
    // It takes the credential along wherever a redirect leads.
    beforeRedirect: (redirected) => {
      Object.assign(redirected['headers'] as object, options.headers);
    },
  };
  const response = await axios<unknown>(request);
  if (options.returnFullResponse !== true) return response.data;
  return {
    statusCode: response.status,
    statusMessage: response.statusText,
    headers: response.headers,
    body: response.data,
  };
}
