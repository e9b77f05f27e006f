import { askUntil, describeAnswer, type Endpoint, type Patience, parseJson, type Reading } from '../consul/ask.ts';
import type { Reach } from '../consul/reach.ts';
import type { HttpAnswer } from '../kube/types.ts';
import type { BrokerAddress } from '../mqtt/address.ts';

/** Where an export service sends its events to: the fields of an EdgeX addressable, as texts. */
export interface ExportTarget {
  readonly Address: string;
  readonly Port: string;
  readonly Protocol: string;
  readonly Topic: string;
  readonly User: string;
  readonly Password: string;
}

const fields: readonly (keyof ExportTarget)[] = ['Address', 'Port', 'Protocol', 'Topic', 'User', 'Password'];

const tlsProtocols: ReadonlySet<string> = new Set(['tcps', 'ssl', 'tls']);

/** The settings that lead to a broker. */
export function targetOf(
  { host, port, isTls }: BrokerAddress,
  topic: string,
  { username = '', password = '' }: { readonly username?: string; readonly password?: string },
): ExportTarget {
  return {
    Address: host,
    Port: String(port),
    Protocol: isTls ? 'tcps' : 'tcp',
    Topic: topic,
    User: username,
    Password: password,
  };
}

/** The settings as somebody has them, field by field. */
export function targetFrom(read: (field: keyof ExportTarget) => unknown): ExportTarget {
  return Object.fromEntries(fields.map((field) => [field, String(read(field) ?? '')])) as Record<
    keyof ExportTarget,
    string
  >;
}

/** The broker that settings lead to. */
export function brokerOf({ Address, Port, Protocol }: ExportTarget): BrokerAddress {
  return { host: Address, port: Number(Port), isTls: tlsProtocols.has(Protocol) };
}

/** The settings as overrides of the service's own: path to value. */
export function overridesOf(addressable: string, target: ExportTarget): Readonly<Record<string, string>> {
  return Object.fromEntries(fields.map((field) => [`${addressable}/${field}`, target[field]]));
}

/** A setting that the service has otherwise than it should. Of passwords it is told only that they differ. */
export interface Difference {
  readonly field: keyof ExportTarget;
  readonly wanted: string;
  readonly found: string;
}

export function differencesBetween(wanted: Partial<ExportTarget>, found: ExportTarget): readonly Difference[] {
  return fields.flatMap((field): Difference[] => {
    const value = wanted[field];
    if (value === undefined || isSame(field, value, found[field])) return [];
    if (field === 'Password') return [{ field, wanted: 'another one', found: 'this one' }];
    return [{ field, wanted: value, found: found[field] }];
  });
}

function isSame(field: keyof ExportTarget, wanted: string, found: string): boolean {
  if (field === 'Protocol') return tlsProtocols.has(wanted) === tlsProtocols.has(found);
  if (field === 'Address') return wanted.toLowerCase() === found.toLowerCase();
  return wanted === found;
}

/**
 * What the running service goes by, which may be other than what its environment says and what the registry has.
 * @param addressable where in its settings, with slashes
 * @throws BootError `timeout` when it doesn't answer
 */
export function readTarget(
  reach: Reach,
  service: Endpoint,
  addressable: string,
  patience: Patience,
): Promise<ExportTarget> {
  const read = (answer: HttpAnswer): Reading<ExportTarget> => {
    const found = answer.status === 200 ? below(parseJson(answer.body), addressable.split('/')) : undefined;
    if (found === undefined) return { later: describeAnswer(answer) };
    return { value: targetFrom((field) => below(found, [field])) };
  };
  return askUntil(reach, service, { path: '/api/v1/config' }, read, patience);
}

/** Names in Go's JSON have upper or lower case as the type pleases. */
function below(value: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const found = Object.entries(value).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return found && below(found[1], rest);
}

/** What the environment of a service's container says of them, as EdgeX reads it: names with `_` for the slashes. */
export function targetInEnvironment(
  environment: readonly { readonly name: string; readonly value?: string }[],
  addressable: string,
): Partial<ExportTarget> {
  const prefix = `${addressable.replaceAll('/', '_')}_`;
  const entries = fields.flatMap((field) => {
    const value = environment.find(({ name }) => name === `${prefix}${field}`)?.value;
    return value === undefined ? [] : [[field, value]];
  });
  return Object.fromEntries(entries);
}
