import { number } from '../registry/settings.ts';
import type { Core } from './service.ts';

/**
 * The base URL of another core service, from the registry's catalogue: looked up now and then at every ClientMonitor
 * interval only. A peer that isn't registered has the address `http://:0`, until a later look finds it.
 */
export async function watchPeer({ consul, settings, stage }: Core, key: string): Promise<() => string> {
  let url = 'http://:0';
  const look = async (): Promise<void> => {
    const endpoint = await consul.find(key).catch(() => undefined);
    if (!endpoint) stage.log.error(`unable to get Service endpoint for ${key}`);
    url = endpoint ? `http://${endpoint.host}:${endpoint.port}` : 'http://:0';
  };
  await look();
  setInterval(look, Math.max(1, stage.scaled(number(settings, 'Service/ClientMonitor') || 15_000)));
  return () => url;
}
