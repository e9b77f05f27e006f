import { readFileSync } from 'node:fs';
import { BootError } from '../../base/errors.ts';
import { type BrokerAddress, isLoopback, parseBrokerUrl } from '../../mqtt/address.ts';
import type { BrokerLogin } from '../../mqtt/client.ts';
import type { TlsLogin } from '../../mqtt/socket.ts';
import type { Options } from '../../options/resolve.ts';
import type { Program } from '../program.ts';

/** What somebody wants of a check of the export. */
export interface ExportWish {
  /** Absent: whichever broker there is. */
  readonly address?: BrokerAddress;
  /** Absent: that of the export service which is there. */
  readonly topic?: string;
  /** Where there is no export service either. */
  readonly defaultTopic: string;
  readonly login: BrokerLogin;
  readonly tls: TlsLogin;
  /** What is started for the check stays. */
  readonly keep: boolean;
}

/** Where the password is, when no file is named. */
const passwordVariable = 'MQTT_PASSWORD';

/** As the options have it where any broker will do. */
const anyBroker = 'auto';

/**
 * Reads the options of the check and the files that they name. The password is not printed from here on.
 * @param option `--mqtt` or `--mqtt-check`, with its value
 * @throws BootError `usage` for a file that can't be read, and for an address that means something else in a pod
 */
export function readExportWish(
  option: { readonly name: string; readonly value: string },
  options: Options,
  { env, secrets }: Pick<Program, 'env' | 'secrets'>,
): ExportWish {
  const address = option.value === anyBroker ? undefined : parseBrokerUrl(option.name, option.value);
  if (address && isLoopback(address.host)) throw loopback(`${option.name} ${option.value}`, address.host);
  const { mqttUsername, mqttPasswordFile, mqttCa, mqttCert, mqttKey } = options;
  if ((mqttCert === undefined) !== (mqttKey === undefined)) throw halfPair(mqttCert === undefined);
  const password =
    mqttPasswordFile === undefined
      ? env[passwordVariable]
      : readText('--mqtt-password-file', mqttPasswordFile).replace(/\r?\n$/, '');
  if (password) secrets.add(password);
  return {
    ...(address ? { address } : {}),
    ...(options.origins.mqttTopic.from === 'default' ? {} : { topic: options.mqttTopic }),
    defaultTopic: options.mqttTopic,
    login: { ...(mqttUsername ? { username: mqttUsername } : {}), ...(password ? { password } : {}) },
    tls: {
      ...(mqttCa === undefined ? {} : { ca: readText('--mqtt-ca', mqttCa) }),
      ...(mqttCert === undefined ? {} : { cert: readText('--mqtt-cert', mqttCert) }),
      ...(mqttKey === undefined ? {} : { key: readText('--mqtt-key', mqttKey) }),
    },
    keep: options.keep,
  };
}

function readText(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new BootError({
      exit: 'usage',
      object: `${option} ${path}`,
      cause: `the file can't be read (${code})`,
      hint: 'Correct the path, or make the file readable for this user.',
    });
  }
}

function loopback(object: string, host: string): BootError {
  return new BootError({
    exit: 'usage',
    object,
    cause: `the export service would connect to it from its pod, where ${host} is the pod itself`,
    hint: "Write the address by which the cluster's nodes reach this machine; the broker must listen on it, too.",
  });
}

function halfPair(isCertMissing: boolean): BootError {
  const [given, missing] = isCertMissing ? ['--mqtt-key', '--mqtt-cert'] : ['--mqtt-cert', '--mqtt-key'];
  return new BootError({
    exit: 'usage',
    object: given,
    cause: 'a client certificate and its key belong together',
    hint: `Give ${missing} as well.`,
  });
}
