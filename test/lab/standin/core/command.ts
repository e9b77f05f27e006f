import { call } from '../net/client.ts';
import type { Answer, Route } from '../net/server.ts';
import { number, text } from '../registry/settings.ts';
import type { Device } from './metadata.ts';
import { watchPeer } from './peers.ts';
import type { Core } from './service.ts';

/**
 * core-command: reads the metadata database itself for its lists, asks core-metadata for the device of a command, and
 * passes the command on to the device service. Its own address stands in the command URLs.
 */
export async function openCommand(core: Core): Promise<readonly Route[]> {
  const { store } = core;
  const metadata = await watchPeer(core, 'edgex-core-metadata');
  const describe = (device: Device): unknown => ({
    id: device.id,
    name: device.name,
    commands: device.profile.coreCommands.map(({ id, name }) => ({
      id,
      name,
      get: {
        path: `/api/v1/device/{deviceId}/${name}`,
        url: `${ownUrl(core)}/api/v1/device/${device.id}/command/${id}`,
      },
    })),
  });
  const one = async (path: string): Promise<Answer> => {
    const answer = await ask(`${metadata()}${path}`);
    return answer.status === 200 ? { body: describe(JSON.parse(answer.body) as Device) } : answer;
  };
  const run = async (path: string, command = ''): Promise<Answer> => {
    const answer = await ask(`${metadata()}${path}`);
    return answer.status === 200 ? read(JSON.parse(answer.body) as Device, command) : answer;
  };
  return [
    ['GET', '/api/v1/device', async () => ({ body: (await store.all<Device>('device')).map(describe) })],
    ['GET', '/api/v1/device/name/{name}', ({ params }) => one(`/api/v1/device/name/${params.name}`)],
    ['GET', '/api/v1/device/{id}', ({ params }) => one(`/api/v1/device/${params.id}`)],
    [
      'GET',
      '/api/v1/device/name/{name}/command/{command}',
      ({ params }) => run(`/api/v1/device/name/${params.name}`, params.command),
    ],
    [
      'GET',
      '/api/v1/device/{id}/command/{command}',
      ({ params }) => run(`/api/v1/device/${params.id}`, params.command),
    ],
  ];
}

function ownUrl({ settings }: Core): string {
  const of = (name: string): string => text(settings, `Service/${name}`);
  return `${of('Protocol')}://${of('Host')}:${number(settings, 'Service/Port')}`;
}

async function ask(url: string): Promise<{ readonly status: number; readonly body: string }> {
  const { status, body } = await call({ url });
  return { status, body };
}

async function read(device: Device, wanted: string): Promise<Answer> {
  const command = device.profile.coreCommands.find(({ id, name }) => id === wanted || name === wanted);
  if (!command) return { status: 404, body: 'Command not found' };
  const { address, port } = device.service.addressable;
  const { status, body } = await call({ url: `http://${address}:${port}/api/v1/device/${device.id}/${command.name}` });
  return { status, body: status === 200 ? JSON.parse(body) : body };
}
