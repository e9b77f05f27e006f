import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate that is its own authority, for an address: `IP:127.0.0.1`. Undefined where there is no openssl. */
export async function selfSigned(address: string): Promise<Certificate | undefined> {
  const dir = await mkdtemp(join(tmpdir(), 'edgex-boot-'));
  const file = (name: string): string => join(dir, name);
  try {
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
        ...['-subj', '/CN=test', '-addext', `subjectAltName=${address}`],
        ...['-keyout', file('key'), '-out', file('cert')],
      ],
      { stdio: 'ignore' },
    );
    return { key: readFileSync(file('key'), 'utf8'), cert: readFileSync(file('cert'), 'utf8') };
  } catch {
    return undefined;
  } finally {
    await rm(dir, { recursive: true });
  }
}
