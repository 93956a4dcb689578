import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/errors.ts';
import { isSecure, parseBaseUrl } from '../../src/http/base-url.ts';

const service = { id: 'spectra-analyze', name: 'Spectra Analyze' };

function refusalOf(text: string): unknown {
  try {
    return parseBaseUrl(text, service).href;
  } catch (error) {
    return error;
  }
}

describe('a base URL', () => {
  test.each([
    ['https://appliance.example.com', 'https://appliance.example.com/'],
    ['  https://appliance.example.com/\n', 'https://appliance.example.com/'],
    ['HTTPS://Appliance.Example.COM:8443', 'https://appliance.example.com:8443/'],
    ['https://appliance.example.com/a1000//', 'https://appliance.example.com/a1000'],
    ['https://10.0.0.7', 'https://10.0.0.7/'],
    ['https://[2001:db8::1]:8443/', 'https://[2001:db8::1]:8443/'],
    ['http://localhost:8080', 'http://localhost:8080/'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/'],
    ['http://127.3.2.1', 'http://127.3.2.1/'],
    ['http://[::1]:8080', 'http://[::1]:8080/'],
  ])('may be %j', (text, href) => {
    expect(parseBaseUrl(text, service).href).toBe(href);
  });

  test.each([
    ['', 'not an absolute URL'],
    ['appliance.example.com', 'not an absolute URL'],
    ['/api', 'not an absolute URL'],
    ['https://', 'not an absolute URL'],
    ['file:///etc/passwd', 'not an absolute URL'],
    ['https://user:pass-word@appliance.example.com', 'user name or password'],
    ['https://user@appliance.example.com', 'user name or password'],
    ['https://appliance.example.com/?a=b', 'query or a fragment'],
    ['https://appliance.example.com/#top', 'query or a fragment'],
    ['http://appliance.example.com', 'in clear'],
    ['http://10.0.0.7', 'in clear'],
    ['http://0.0.0.0', 'in clear'],
    ['http://localhost.example.com', 'in clear'],
    ['http://127.0.0.1.example.com', 'in clear'],
    ['http://[::2]', 'in clear'],
    ['ftp://localhost/', 'in clear'],
    ['ws://localhost/', 'in clear'],
  ])('may not be %j', (text, why) => {
    const refusal = refusalOf(text);
    expect(refusal).toBeInstanceOf(InvalidInputError);
    expect((refusal as Error).message).toContain(why);
    expect((refusal as Error).message).not.toContain('pass-word');
  });

  test('is either safe for a token or refused, whatever it is', () => {
    const hosts = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((host) => `[${host}]`),
      fc.constant('localhost'),
    );
    const texts = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.constantFrom('http', 'https', 'ftp', 'HTTP', 'javascript'), hosts, fc.webPath())
        .map(([scheme, host, path]) => `${scheme}://${host}${path}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const result = refusalOf(text);
        if (result instanceof InvalidInputError) return;
        const url = new URL(result as string);
        expect(isSecure(url)).toBe(true);
        expect(url.protocol === 'https:' || /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname)).toBe(
          true,
        );
        expect(url.username + url.password + url.search + url.hash).toBe('');
      }),
    );
  });
});
