import { randomBytes } from 'node:crypto';
import { type IClientOptions, MqttClient } from 'mqtt';
import { isBootError } from '../base/errors.ts';
import { type BrokerAddress, formatBroker } from './address.ts';
import { watchForBreak } from './breakage.ts';
import { type Dialling, dial, wordsOf } from './socket.ts';
import { BrokerError, hasTrouble } from './trouble.ts';

/** A message as it comes in. */
export interface Message {
  readonly topic: string;
  readonly payload: string;
  /** It was there before the subscription: it proves nothing about now. */
  readonly isRetained: boolean;
}

/** A connection to a broker. */
export interface Broker {
  readonly version: '5' | '3.1.1';
  /**
   * Passes on what is published from now on, and what the broker kept. The topic is a whole one, without wildcards.
   * @throws BrokerError `topic` where the broker says that this user may not
   */
  subscribe(topic: string, take: (message: Message) => void): Promise<void>;
  /**
   * Resolves once the broker has taken the message.
   * @throws BrokerError `topic` where it says that this user may not; in 3.1.1 it can't say so
   */
  publish(topic: string, payload: string): Promise<void>;
  /** Why it is of no use any more; undefined while the connection stands. */
  lost(): BrokerError | undefined;
  close(): void;
}

export interface BrokerLogin {
  readonly username?: string;
  readonly password?: string;
}

/** As the packets have it: 4 is 3.1.1. */
type Version = 5 | 4;

/** How long a goodbye may take. */
const farewellMs = 1_000;

/**
 * Connects with MQTT 5, and with 3.1.1 where the broker doesn't know that.
 * @throws BrokerError with what is wrong; the signal's reason
 */
export async function openBroker(address: BrokerAddress, login: BrokerLogin, dialling: Dialling): Promise<Broker> {
  try {
    return await open(address, login, dialling, 5);
  } catch (error) {
    // Old brokers say so or just hang up.
    if (!hasTrouble(error, 'version', 'lost')) throw error;
  }
  try {
    return await open(address, login, dialling, 4);
  } catch (error) {
    const isEncrypted = hasTrouble(error, 'lost') && !address.isTls && (await speaksTls(address, dialling));
    throw isEncrypted ? new BrokerError('encrypted', formatBroker(address)) : error;
  }
}

/** Whoever expects TLS hangs up on anything else. A certificate is one, whatever may be wrong with it. */
async function speaksTls(address: BrokerAddress, dialling: Dialling): Promise<boolean> {
  try {
    const socket = await dial({ ...address, isTls: true }, dialling);
    socket.destroy();
    return true;
  } catch (error) {
    return hasTrouble(error, 'stranger', 'misnamed', 'expired', 'early', 'uncertified');
  }
}

async function open(address: BrokerAddress, login: BrokerLogin, dialling: Dialling, version: Version): Promise<Broker> {
  const object = formatBroker(address);
  const socket = await dial(address, dialling);
  const client = new MqttClient(() => socket, clientOptions(login, version));
  const breakage = watchForBreak(client, object, dialling);
  const isWelcome = new Promise<void>((resolve) => client.once('connect', () => resolve()));
  try {
    await breakage.orBreak(isWelcome);
  } catch (error) {
    client.end(true);
    throw error;
  }

  /** On a connection that stands, a broker refuses only what it doesn't allow. */
  const allowed = async (topic: string, answer: Promise<unknown>): Promise<void> => {
    try {
      await breakage.orBreak(answer);
    } catch (error) {
      if (isBootError(error) || dialling.signal.aborted) throw error;
      throw new BrokerError('topic', `topic ${topic} of ${object}`, wordsOf(error));
    }
  };

  return {
    version: version === 5 ? '5' : '3.1.1',
    subscribe: (topic, take) => {
      client.on('message', (from, payload, { retain }) => {
        if (from === topic) take({ topic, payload: payload.toString('utf8'), isRetained: retain });
      });
      return allowed(topic, client.subscribeAsync(topic, { qos: 1 }));
    },
    publish: (topic, payload) => allowed(topic, client.publishAsync(topic, payload, { qos: 1 })),
    lost: breakage.error,
    close: () => {
      client.end();
      // It waits for what is on its way, which a broker that hangs never ends.
      setTimeout(() => socket.destroy(), farewellMs).unref();
    },
  };
}

/** One attempt: nothing is repeated, kept for later or asked for again behind our back. */
function clientOptions(login: BrokerLogin, protocolVersion: Version): IClientOptions {
  return {
    ...login,
    protocolVersion,
    clientId: `edgex-boot-${randomBytes(5).toString('hex')}`,
    clean: true,
    reconnectPeriod: 0,
    keepalive: 15,
    resubscribe: false,
    queueQoSZero: false,
  };
}
