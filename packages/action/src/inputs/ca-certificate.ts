import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputProblem } from '../input-problem.ts';
import { quote } from '../quoting.ts';

/**
 * Reads CA certificates that are given as PEM text, or as the path of a PEM file (relative to the workspace).
 *
 * @throws {InputProblem} when there is no certificate in it.
 */
export async function readCaCertificate(input: string, workspace: string): Promise<string> {
  const isPem = input.includes('-----BEGIN ');
  const pem = isPem ? input : await readPemFile(input, workspace);
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  const where = isPem ? 'the PEM text' : quote(input);
  if (certificates === null)
    throw new InputProblem(`${where} contains no "-----BEGIN CERTIFICATE-----" block`);
  for (const certificate of certificates) {
    if (!isCertificate(certificate))
      throw new InputProblem(`${where} contains a certificate that cannot be read`);
  }
  return certificates.join('\n');
}

async function readPemFile(path: string, workspace: string): Promise<string> {
  try {
    return await readFile(resolve(workspace, path), 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new InputProblem(`${quote(path)} is neither PEM text nor a file that can be read (${code})`);
  }
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
