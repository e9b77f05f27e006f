import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { apiUrl } from './addresses.ts';
import { pkiDir } from './pki.ts';

const timeoutMs = 5000;

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

export interface ApiRequest {
  /** GET when there is none. */
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: object;
}

/**
 * One question to the lab's API server as its administrator, with the answer whatever its status is. Only for the lab
 * itself: tests use kubectl or the program.
 * @throws Error when it doesn't answer within 5 s
 */
export function api(path: string, { method = 'GET', body }: ApiRequest = {}): Promise<ApiAnswer> {
  const pem = (name: string) => readFileSync(join(pkiDir, name));
  const options = {
    ...{ ca: pem('ca.crt'), cert: pem('admin.crt'), key: pem('admin.key') },
    ...{
      method,
      headers: { 'content-type': 'application/json' },
      timeout: timeoutMs,
      agent: false,
    },
  };
  return new Promise((resolve, reject) => {
    const question = request(new URL(path, apiUrl), options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      answer.on('error', reject);
    });
    question.on('timeout', () => question.destroy(new Error(`${path}: no answer`)));
    question.on('error', reject);
    question.end(body && JSON.stringify(body));
  });
}
