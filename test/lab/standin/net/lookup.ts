import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Environment } from '../stage.ts';

/**
 * Where a core service finds the address that it listens on. Fuji's are built with Go 1.12 and their images have no
 * nsswitch.conf: DNS is asked first, which gives the address of the Service, and no pod can bind that. Only a resolver
 * set by GODEBUG, RES_OPTIONS or LOCALDOMAIN reads the hosts file first, where the pod finds itself.
 * Throws in Go's words when neither knows the name.
 */
export async function lookupOwnHost(host: string, env: Environment): Promise<string | undefined> {
  if (host === '' || host === '*') return undefined;
  if (isIP(host)) return host;
  const etc = env.STANDIN_ETC ?? '/etc';
  const filesFirst = (env.GODEBUG ?? '').includes('netdns=cgo') || 'RES_OPTIONS' in env || 'LOCALDOMAIN' in env;
  const order = filesFirst ? [fromHosts, fromDns] : [fromDns, fromHosts];
  for (const source of order) {
    const address = await source(host, etc);
    if (address !== undefined) return address;
  }
  throw new Error(`listen tcp: lookup ${host}: no such host`);
}

async function fromHosts(host: string, etc: string): Promise<string | undefined> {
  const text = await readFile(join(etc, 'hosts'), 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address && isIP(address) === 4 && names.includes(host)) return address;
  }
  return undefined;
}

/** Node's resolver knows no search list, so the names are completed here, in the order of the resolver's rule. */
async function fromDns(host: string, etc: string): Promise<string | undefined> {
  const conf = parseResolvConf(await readFile(join(etc, 'resolv.conf'), 'utf8').catch(() => ''));
  if (conf.servers.length === 0) return undefined;
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers(conf.servers);
  const completed = conf.search.map((domain) => `${host}.${domain}`);
  const names = host.split('.').length - 1 >= conf.ndots ? [host, ...completed] : [...completed, host];
  for (const name of names) {
    const [address] = await resolver.resolve4(name).catch(() => []);
    if (address !== undefined) return address;
  }
  return undefined;
}

interface ResolvConf {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
}

export function parseResolvConf(text: string): ResolvConf {
  const servers: string[] = [];
  let search: string[] = [];
  let ndots = 1;
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'nameserver') servers.push(...values);
    if (keyword === 'search') search = values;
    if (keyword === 'options') ndots = Number(/ndots:(\d+)/.exec(line)?.[1] ?? ndots);
  }
  return { servers, search, ndots };
}
