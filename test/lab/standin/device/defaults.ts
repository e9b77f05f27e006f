import { flatten, type Settings } from '../registry/settings.ts';

export const deviceVersion = '1.1.1';

/** A device's resources and how often each sends an event by itself. */
interface Kind {
  readonly name: string;
  readonly address: string;
  /** The key under which the original's file keeps the figure 300; two spellings, both its own. */
  readonly portKey: 'Port' | 'Protocol';
  readonly frequency: string;
  readonly resources: readonly string[];
}

/** 38 events a minute: 6 + 4×4 + 4×3 + 2×2. */
const kinds: readonly Kind[] = [
  { name: 'Boolean', address: 'bool', portKey: 'Port', frequency: '10s', resources: ['Bool'] },
  {
    name: 'Integer',
    address: 'int',
    portKey: 'Protocol',
    frequency: '15s',
    resources: ['Int8', 'Int16', 'Int32', 'Int64'],
  },
  {
    name: 'UnsignedInteger',
    address: 'uint',
    portKey: 'Protocol',
    frequency: '20s',
    resources: ['Uint8', 'Uint16', 'Uint32', 'Uint64'],
  },
  { name: 'Float', address: 'float', portKey: 'Protocol', frequency: '30s', resources: ['Float32', 'Float64'] },
];

/** The profiles in the image; a profile has the name of its device. */
export const profiles = kinds.map(({ name, resources }) => ({ name: `Random-${name}-Device`, resources }));

/** What the docker profile in the image says: 95 keys, which the service writes to the registry itself. */
export const deviceDefaults: Settings = flatten({
  Clients: {
    Data: client('edgex-core-data', 48080, true),
    Metadata: client('edgex-core-metadata', 48081, true),
    Logging: client('edgex-support-logging', 48061, false),
  },
  Device: {
    DataTransform: true,
    InitCmd: '',
    InitCmdArgs: '',
    MaxCmdOps: 128,
    MaxCmdValueLen: 256,
    ProfilesDir: './res',
    RemoveCmd: '',
    RemoveCmdArgs: '',
  },
  DeviceList: kinds.map(({ name, address, portKey, frequency, resources }) => ({
    Name: `Random-${name}-Device`,
    Profile: `Random-${name}-Device`,
    Description: 'Example of Device Virtual',
    Labels: ['device-virtual-example'],
    Protocols: { other: { Address: `device-virtual-${address}-01`, [portKey]: '300' } },
    AutoEvents: resources.map((resource) => ({ Resource: resource, Frequency: frequency, OnChange: false })),
  })),
  Logging: { EnableRemote: true, File: './device-virtual.log' },
  Registry: {
    CheckInterval: '10s',
    FailLimit: 3,
    FailWaitTime: 10,
    Host: 'edgex-core-consul',
    Port: 8500,
    Type: 'consul',
  },
  Service: {
    AsyncBufferSize: 16,
    ConnectRetries: 3,
    EnableAsyncReadings: true,
    Host: 'edgex-device-virtual',
    OpenMsg: 'device virtual started',
    Port: 49990,
    Timeout: 5000,
  },
  Writable: { LogLevel: 'INFO' },
});

function client(name: string, port: number, withTimeout: boolean) {
  return { Name: name, Protocol: 'http', Host: name, Port: port, ...(withTimeout ? { Timeout: 5000 } : {}) };
}
