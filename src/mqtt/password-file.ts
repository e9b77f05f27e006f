import { createHash, randomBytes } from 'node:crypto';
import type { BrokerLogin } from './client.ts';

const saltBytes = 12;

/** A user that nobody knows, for a broker that is there for some minutes. */
export function randomLogin(): Required<BrokerLogin> {
  return { username: `check-${randomBytes(4).toString('hex')}`, password: randomBytes(18).toString('base64url') };
}

/** A line of a password file, in the form that every Mosquitto knows since 1.0: SHA-512 with a salt. */
export function passwordLine({ username, password }: Required<BrokerLogin>, salt = randomBytes(saltBytes)): string {
  const hash = createHash('sha512').update(password).update(salt).digest('base64');
  return `${username}:$6$${salt.toString('base64')}$${hash}\n`;
}
