import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { chromium } from './debian-tools.ts';

/** A browser without windows, driven over its own protocol. */

export interface Browser {
  /** Opens a page from its source, as a file of this machine. */
  open(source: string, view: View): Promise<Page>;
}

/** How a page is looked at. */
export interface View {
  /** In pixels of style sheets. */
  readonly width: number;
  readonly scheme?: 'light' | 'dark';
  readonly media?: 'screen' | 'print';
}

export interface Page {
  /** The value of an expression in the page, as JSON has it. */
  evaluate<T>(expression: string): Promise<T>;
  /** What the browser found to complain about: errors of the console, what its policy forbade. */
  problems(): readonly string[];
  /** What the page wanted to load, beside itself. */
  requests(): readonly string[];
  /** Writes the whole page to a PNG file. */
  screenshot(file: string): Promise<void>;
  close(): Promise<void>;
}

const switches = [
  '--no-sandbox',
  '--disable-gpu',
  '--hide-scrollbars',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--remote-debugging-pipe',
];
const viewHeight = 900;

/** Starts a browser, lets `work` use it, and ends it. */
export async function withBrowser(work: (browser: Browser) => Promise<void>): Promise<void> {
  const { program, env } = await chromium();
  const folder = await mkdtemp(join(tmpdir(), 'edgex-boot-browser-'));
  const child = spawn(program, [...switches, `--user-data-dir=${join(folder, 'profile')}`], {
    env,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  try {
    const [, , , input, output] = child.stdio;
    const protocol = openProtocol(input as Writable, output as Readable);
    ended.then(() => protocol.close());
    let pages = 0;
    await work({
      open: async (source, view) => {
        const file = join(folder, `${++pages}.html`);
        await writeFile(file, source);
        return openPage(protocol, pathToFileURL(file).href, view);
      },
    });
  } finally {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

type Fields = Readonly<Record<string, unknown>>;
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  // biome-ignore lint/suspicious/noExplicitAny: each method has its own
  readonly params?: any;
  // biome-ignore lint/suspicious/noExplicitAny: each method has its own
  readonly result?: any;
  readonly error?: { readonly message: string };
}

interface Protocol {
  send(method: string, params?: Fields, sessionId?: string): Promise<Message['result']>;
  onEvent(listen: (message: Message) => void): void;
  close(): void;
}

/** Messages are JSON documents with a zero byte behind each. */
function openProtocol(input: Writable, output: Readable): Protocol {
  const waiting = new Map<number, PromiseWithResolvers<Message['result']>>();
  const listeners: ((message: Message) => void)[] = [];
  let rest = '';
  let last = 0;

  output.setEncoding('utf8').on('data', (piece: string) => {
    const texts = (rest + piece).split('\0');
    rest = texts.pop() ?? '';
    for (const text of texts) take(JSON.parse(text) as Message);
  });
  input.on('error', () => {});

  function take(message: Message): void {
    if (message.id === undefined) {
      for (const listen of listeners) listen(message);
      return;
    }
    const answer = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) answer?.reject(new Error(message.error.message));
    else answer?.resolve(message.result);
  }

  return {
    send: (method, params = {}, sessionId) => {
      const id = ++last;
      const answer = Promise.withResolvers<Message['result']>();
      waiting.set(id, answer);
      input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      return answer.promise;
    },
    onEvent: (listen) => listeners.push(listen),
    close: () => {
      for (const { reject } of waiting.values()) reject(new Error('the browser has ended'));
    },
  };
}

async function openPage(protocol: Protocol, url: string, view: View): Promise<Page> {
  const { targetId } = await protocol.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await protocol.send('Target.attachToTarget', { targetId, flatten: true });
  const send = (method: string, params?: Fields) => protocol.send(method, params, sessionId);
  const problems: string[] = [];
  const requests: string[] = [];
  const loaded = Promise.withResolvers<void>();
  protocol.onEvent((message) => {
    if (message.sessionId !== sessionId) return;
    const { params } = message;
    switch (message.method) {
      case 'Log.entryAdded':
        problems.push(`${params.entry.source}: ${params.entry.text}`);
        break;
      case 'Runtime.consoleAPICalled':
        problems.push(`console: ${params.type}`);
        break;
      case 'Runtime.exceptionThrown':
        problems.push(`exception: ${params.exceptionDetails.text}`);
        break;
      case 'Network.requestWillBeSent':
        if (params.request.url !== url) requests.push(params.request.url);
        break;
      case 'Page.loadEventFired':
        loaded.resolve();
        break;
    }
  });
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`);
  await show(send, view);
  await send('Page.navigate', { url });
  await loaded.promise;

  return {
    problems: () => problems,
    requests: () => requests,
    evaluate: async (expression) => {
      const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, returnByValue: true });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    screenshot: async (file) => {
      const { data } = await send('Page.captureScreenshot', { captureBeyondViewport: true });
      await writeFile(file, Buffer.from(data, 'base64'));
    },
    close: async () => {
      await protocol.send('Target.closeTarget', { targetId });
    },
  };
}

async function show(
  send: (method: string, params?: Fields) => Promise<unknown>,
  { width, scheme = 'light', media = 'screen' }: View,
): Promise<void> {
  const device = { width, height: viewHeight, deviceScaleFactor: 1, mobile: width < 600 };
  await send('Emulation.setDeviceMetricsOverride', device);
  await send('Emulation.setEmulatedMedia', { media, features: [{ name: 'prefers-color-scheme', value: scheme }] });
}
