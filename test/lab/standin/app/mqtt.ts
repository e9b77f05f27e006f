import { readFile } from 'node:fs/promises';
import type { IClientOptions, IClientPublishOptions, MqttClient } from 'mqtt';
import { type Settings, text } from '../registry/settings.ts';
import type { Stage } from '../stage.ts';

const path = 'Writable/Pipeline/Functions/MQTTSend';
const connectTimeoutMs = 5000;

/**
 * Sends messages to the broker that the settings name, over one connection, made again when an event finds it lost or
 * the settings changed. Without a broker the event is dropped, and the log says so.
 */
export function makeMqttSender(stage: Stage): (message: string, settings: Settings) => Promise<boolean> {
  let client: MqttClient | undefined;
  let connectedTo = '';
  let last: Promise<boolean> = Promise.resolve(true);

  const connected = async (settings: Settings): Promise<MqttClient> => {
    const target = brokerOf(settings);
    if (client?.connected && target.id === connectedTo) return client;
    client?.end(true);
    // Loaded with the first event: thirteen of these programs start at once.
    const { connectAsync } = await import('mqtt');
    client = await connectAsync(target.url, await optionsOf(settings), false);
    client.on('error', (error) => stage.log.error(`mqtt: ${error.message}`));
    connectedTo = target.id;
    return client;
  };

  const send = async (message: string, settings: Settings): Promise<boolean> => {
    try {
      const broker = await connected(settings);
      const qos = text(settings, `${path}/Parameters/qos`) === '1' ? 1 : 0;
      const retain = text(settings, `${path}/Parameters/retain`) === 'true';
      await publish(broker, text(settings, `${path}/Addressable/Topic`), message, { qos, retain });
      stage.log.info('Sent data to MQTT Broker');
      return true;
    } catch (error) {
      const cause = error instanceof Error ? error.message : error;
      stage.log.error(`Could not connect to mqtt server, drop event. Error: ${cause}`);
      return false;
    }
  };
  // One after the other, so that events that come together share the connection.
  return (message, settings) => {
    last = last.then(() => send(message, settings));
    return last;
  };
}

/**
 * The library keeps a message that the broken connection didn't carry for the next one, and never settles where no next
 * one is made; the original's client fails it.
 */
function publish(client: MqttClient, topic: string, message: string, options: IClientPublishOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const lost = (): void => reject(new Error('connection lost before Publish completed'));
    if (!client.connected) return lost();
    client.once('close', lost);
    client.publish(topic, message, options, (error) => {
      client.off('close', lost);
      if (error) reject(error);
      else resolve();
    });
  });
}

function brokerOf(settings: Settings): { readonly url: string; readonly id: string } {
  const of = (name: string): string => text(settings, `${path}/Addressable/${name}`);
  const tls = ['tcps', 'ssl', 'tls'].includes(of('Protocol'));
  const url = `${tls ? 'mqtts' : 'mqtt'}://${of('Address')}:${of('Port')}`;
  const rest = [of('User'), of('Password'), of('Publisher')];
  return { url, id: JSON.stringify([url, ...rest]) };
}

/** Client certificate and key are file paths; the server's authority comes from the system or SSL_CERT_FILE, as in Go. */
async function optionsOf(settings: Settings): Promise<IClientOptions> {
  const of = (name: string): string => text(settings, `${path}/Addressable/${name}`);
  const parameter = (name: string): string => text(settings, `${path}/Parameters/${name}`);
  const file = async (option: 'cert' | 'key' | 'ca', name: string | undefined) =>
    name ? { [option]: await readFile(name) } : {};
  const hasPair = parameter('cert') !== '' && parameter('key') !== '';
  return {
    clientId: of('Publisher'),
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: connectTimeoutMs,
    ...(of('User') === '' ? {} : { username: of('User'), password: of('Password') }),
    ...(hasPair ? { ...(await file('cert', parameter('cert'))), ...(await file('key', parameter('key'))) } : {}),
    ...(await file('ca', process.env.SSL_CERT_FILE)),
    ...(hasPair && parameter('skipverify') === 'true' ? { rejectUnauthorized: false } : {}),
  };
}
