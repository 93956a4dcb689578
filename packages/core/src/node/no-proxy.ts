import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** What one entry of `NO_PROXY` lets past the proxy. */
interface Entry {
  /** `undefined` for any port. */
  readonly port: number | undefined;
  readonly fits: (hostname: string) => boolean;
}

const defaultPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Reads `NO_PROXY`, in lower case first: entries separated by commas or blanks, each with or without a port.
 *
 * - `*` fits every host.
 * - `example.com` and `.example.com` fit that host and all below it; `*.example.com` only those below.
 * - An address fits itself, however it is written; an IPv6 address with a port stands in brackets.
 * - `10.0.0.0/8` and `fd00::/8` fit the addresses of the range. A name is not looked up for it.
 *
 * @returns whether a URL is asked for without a proxy.
 */
export function readNoProxy(environment: NodeJS.ProcessEnv): (url: URL) => boolean {
  const value = environment['no_proxy'] ?? environment['NO_PROXY'] ?? '';
  const entries = value
    .split(/[\s,]+/)
    .flatMap((text) => (text === '' ? [] : [readEntry(text.toLowerCase())]));
  return (url) => {
    const hostname = withoutBrackets(url.hostname).replace(/(.)\.$/, '$1');
    const port = url.port === '' ? defaultPorts[url.protocol] : Number(url.port);
    return entries.some((entry) => (entry.port ?? port) === port && entry.fits(hostname));
  };
}

function readEntry(text: string): Entry {
  const [, host = text, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
  return { port: port === undefined ? undefined : Number(port), fits: readHost(withoutBrackets(host)) };
}

function readHost(host: string): Entry['fits'] {
  if (host === '*') return () => true;
  const [address = '', prefix, ...more] = host.split('/');
  if (isIP(address) !== 0 && more.length === 0) return readRange(address, prefix);
  const domain = host.replace(/^\*?\./, '').replace(/(.)\.$/, '$1');
  const isBelow = (hostname: string): boolean => isIP(hostname) === 0 && hostname.endsWith(`.${domain}`);
  return host.startsWith('*') ? isBelow : (hostname) => hostname === domain || isBelow(hostname);
}

/** A range that cannot be read fits nothing: what it was meant to be is not known. */
function readRange(address: string, prefix: string | undefined): Entry['fits'] {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const maxBits = family === 'ipv4' ? 32 : 128;
  const bits = prefix === undefined ? maxBits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
  if (bits > maxBits) return () => false;
  const range = new BlockList();
  range.addSubnet(address, bits, family);
  return (hostname) => isIP(hostname) !== 0 && range.check(hostname, isIPv6(hostname) ? 'ipv6' : 'ipv4');
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
