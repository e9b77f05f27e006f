/** The keys of a core service as seeding leaves them, as far as the stand-ins read them. */
export function coreKeys(
  service: string,
  port: number,
  more: Readonly<Record<string, string | number>> = {},
): Record<string, string> {
  const settings = {
    'Service/Host': '127.0.0.1',
    'Service/Port': port,
    'Service/Protocol': 'http',
    'Service/ClientMonitor': 15000,
    'Service/MaxResultCount': 50000,
    'Service/StartupMsg': `This is ${service}`,
    'Databases/Primary/Type': 'redisdb',
    'Databases/Primary/Host': '127.0.0.1',
    // Nothing listens on port 1.
    'Databases/Primary/Port': 1,
    'Databases/Primary/Name': 'lab',
    ...more,
  };
  const entries = Object.entries(settings).map(([path, value]) => [`edgex/core/1.0/${service}/${path}`, String(value)]);
  return Object.fromEntries(entries);
}
