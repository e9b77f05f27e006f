import { flatten, type Settings, type Tree } from '../registry/settings.ts';

export interface Profile {
  readonly port: number;
  /** What differs from the SDK's zero values, as the profile's file in the image has it. */
  readonly settings: Tree;
  /** The pipeline functions and their parameters. */
  readonly functions: Readonly<Record<string, Tree>>;
}

const filters: Readonly<Record<string, Tree>> = {
  FilterByDeviceName: { Parameters: { DeviceNames: '' } },
  FilterByValueDescriptor: { Parameters: { ValueDescriptors: '' } },
};

const mqttParameters = {
  qos: '0',
  key: '',
  autoreconnect: 'false',
  retain: 'false',
  cert: '',
  persistOnError: 'false',
};

export const profiles: Readonly<Record<string, Profile>> = {
  'rules-engine': {
    port: 48100,
    settings: {
      MessageBus: { PublishHost: { Host: '*', Port: 5566, Protocol: 'tcp' } },
      Writable: { Pipeline: { ExecutionOrder: 'SetOutputData' } },
    },
    functions: { ...filters, SetOutputData: {} },
  },
  'mqtt-export': {
    port: 48101,
    settings: {
      Database: { Type: 'mongodb', Host: 'localhost', Port: 27017, Timeout: '30s' },
      SecretStore: {
        SecretConfig: {
          Host: 'localhost',
          Port: 8200,
          Path: '/v1/secret/edgex/appservice/',
          Protocol: 'https',
          Authentication: { AuthType: 'X-Vault-Token', AuthToken: 'edgex' },
        },
      },
      Writable: {
        Pipeline: { ExecutionOrder: 'TransformToJSON, MQTTSend, MarkAsPushed' },
        StoreAndForward: { MaxRetryCount: 10, RetryInterval: '5m' },
      },
    },
    functions: {
      ...filters,
      TransformToJSON: {},
      MarkAsPushed: {},
      MQTTSend: {
        Parameters: mqttParameters,
        Addressable: {
          Address: 'localhost',
          Port: 1883,
          Protocol: 'tcp',
          Publisher: 'AppServiceConfigurable-mqtt-export',
          Topic: 'sampleTopic',
        },
      },
    },
  },
};

/** Every field of an addressable, since the SDK writes its whole struct and not what the file has. */
const addressable = {
  ...{ Address: '', HTTPMethod: '', Id: '', Name: '', Password: '', Path: '', Port: 0, Protocol: '' },
  ...{ Publisher: '', Topic: '', User: '', Timestamps: { Created: 0, Modified: 0, Origin: 0 } },
};

/** What the SDK writes for a profile at its first start: 98 keys for rules-engine, 132 for mqtt-export. */
export function appDefaults(name: string, profile: Profile): Settings {
  const functions = Object.keys(profile.functions).map((each) => [each, { Addressable: addressable }]);
  return {
    ...flatten(zeroValues(name, profile.port)),
    ...flatten({ Writable: { Pipeline: { Functions: Object.fromEntries(functions) } } }),
    ...flatten(profile.settings),
    ...flatten({ Writable: { Pipeline: { Functions: profile.functions } } }),
  };
}

function zeroValues(name: string, port: number): Tree {
  const nobody = { Host: '', Port: 0, Protocol: '' };
  return {
    Binding: { Type: 'messagebus', SubscribeTopic: 'events', PublishTopic: '' },
    Clients: {
      CoreData: { Protocol: 'http', Host: 'localhost', Port: 48080 },
      Logging: { Protocol: 'http', Host: 'localhost', Port: 48061 },
    },
    Database: { BatchSize: 0, Host: '', MaxIdle: 0, Password: '', Port: 0, Timeout: '', Type: '', Username: '' },
    Logging: { EnableRemote: false, File: `./logs/app-service-configurable-${name}.log` },
    MessageBus: {
      Type: 'zero',
      PublishHost: nobody,
      SubscribeHost: { Host: 'localhost', Port: 5563, Protocol: 'tcp' },
    },
    Registry: { Type: 'consul', Host: 'localhost', Port: 8500 },
    SecretStore: {
      SecretConfig: {
        ...{ ...nobody, Namespace: '', Path: '', RootCaCertPath: '', ServerName: '' },
        Authentication: { AuthToken: '', AuthType: '' },
      },
      TokenFile: '',
    },
    Service: {
      ...{ BootTimeout: '30s', CheckInterval: '10s', ClientMonitor: '15s', Host: 'localhost', Port: port },
      ...{ Protocol: 'http', ReadMaxLimit: 100, Timeout: '5s' },
      StartupMsg: `AppServiceConfigurable-${name} has Started`,
    },
    Writable: {
      LogLevel: 'INFO',
      Pipeline: { ExecutionOrder: '', UseTargetTypeOfByteArray: false },
      StoreAndForward: { Enabled: false, MaxRetryCount: 0, RetryInterval: '' },
    },
  };
}
