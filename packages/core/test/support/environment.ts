import { onTestFinished, vi } from 'vitest';

/** Sets the proxy variables, and no others of them, until the test ends. */
export function setProxies(proxies: {
  readonly HTTP_PROXY?: string;
  readonly HTTPS_PROXY?: string;
  readonly NO_PROXY?: string;
}): void {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'] as const) {
    vi.stubEnv(name.toLowerCase(), undefined);
    vi.stubEnv(name, proxies[name]);
  }
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}
