import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Running {
  readonly pid: number;
  /** What it has written so far. */
  readonly output: () => string;
  readonly ended: Promise<Ended>;
  readonly isAlive: () => boolean;
  readonly kill: (signal?: NodeJS.Signals) => void;
}

const main = join(import.meta.dirname, '..', 'main.ts');

/** Stand-ins are started by the hundred: what one has compiled, the next one takes. */
const compileCache = join(import.meta.dirname, '../../../../node_modules/.cache/standins');

/** Thirty seconds of the original in 0.6 s. */
export const timeScale = 0.02;

export interface Start {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly cwd?: string;
}

/** Starts a stand-in as a process of its own, which ends with the test. */
export function start(test: TestContext, image: string, { env = {}, args = [], cwd }: Start = {}): Running {
  const child = spawn(process.execPath, [main, image, ...args], {
    env: {
      PATH: process.env.PATH ?? '',
      NODE_COMPILE_CACHE: compileCache,
      STANDIN_TIME_SCALE: String(timeScale),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const running = follow(child);
  test.after(() => running.kill('SIGKILL'));
  return running;
}

export function follow(child: ChildProcess): Running {
  let output = '';
  let alive = true;
  child.stdout?.on('data', (chunk) => (output += chunk));
  child.stderr?.on('data', (chunk) => (output += chunk));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      alive = false;
      resolve({ code, signal });
    });
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    ended,
    isAlive: () => alive,
    kill: (signal = 'SIGTERM') => child.kill(signal),
  };
}

/** Below the range from which the kernel takes ports for outgoing connections: those would get in the way. */
const firstPort = 12_000;
const lastPort = 32_000;
const given = new Set<number>();

/** Ports that nobody listens on, no two of a process alike. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = firstPort + Math.floor(Math.random() * (lastPort - firstPort));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });
}

/** Waits until the probe gives something; throws with `what` after 20 s. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (let tries = 0; tries < 1000; tries++) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    await delay(20);
  }
  throw new Error(`not within 20 s: ${what}`);
}

/** GET: status and body, or undefined when nobody answers. */
export async function get(url: string): Promise<{ status: number; body: string } | undefined> {
  const response = await fetch(url).catch(() => undefined);
  return response && { status: response.status, body: await response.text() };
}

/** The body of the first answer 200. */
export async function answer(url: string): Promise<string> {
  return until(`${url} answers`, async () => {
    const response = await get(url);
    return response?.status === 200 ? response.body : undefined;
  });
}
