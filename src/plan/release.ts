import * as z from 'zod';
import { brokenFile, parseAsset } from '../base/asset-yaml.ts';

/**
 * The schema of a release file (assets/releases/*.yaml) and the types of everything read from it.
 * The field's meanings stand at the head of the file itself.
 */

const name = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
/** Goes into a shell's script as it is. */
const word = z.string().regex(/^\w+$/);
const quantity = z.string().regex(/^\d+(m|Ki|Mi|Gi)?$/, 'a quantity, like 50m, 64Mi or 1Gi');
const minorVersion = z.string().regex(/^1\.\d+$/);
const architecture = z.enum(['amd64', 'arm64']);
const database = z.enum(['mongo', 'redis']);
const image = z.union([z.string(), z.record(architecture, z.string())], 'an image, or one for each architecture');
/** Kubernetes takes others too, but no shell does. */
export const envName = z.string().regex(/^[A-Za-z_]\w*$/, 'a name of letters, digits and _');

/** core/v1 Toleration. */
export const toleration = z.strictObject({
  key: z.string().optional(),
  operator: z.enum(['Exists', 'Equal']).optional(),
  value: z.string().optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
  tolerationSeconds: z.int().optional(),
});

export const resources = z.strictObject({ cpu: quantity, memory: quantity, memoryLimit: quantity });

/** What a site may add to any service. */
const siteShape = {
  replicas: z.int().min(1).default(1),
  /** Variables whose values are in Secrets of the namespace. */
  secretEnv: z.record(envName, z.strictObject({ secret: z.string(), key: z.string() })).default({}),
  /** Path in the container to the text of a file there. */
  files: z.record(z.string().startsWith('/'), z.string()).default({}),
  nodeSelector: z.record(z.string(), z.string()).default({}),
  tolerations: z.array(toleration).default([]),
};

/** A device service that a site adds. What it doesn't say is as the release's own device service has it. */
export const deviceService = z.strictObject({
  title: z.string().optional(),
  image,
  port: z.int().min(1).max(65535),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  registration: z.string().optional(),
});

const need = z.discriminatedUnion('gate', [
  z.strictObject({ gate: z.literal('leader') }),
  z.strictObject({ gate: z.literal('keys') }),
  z.strictObject({ gate: z.literal('tcp'), of: z.string() }),
  z.strictObject({ gate: z.literal('http'), of: z.string(), path: z.string().startsWith('/') }),
  z.strictObject({ gate: z.literal('registered'), of: z.string() }),
]);

const probe = z
  .strictObject({
    http: z.string().startsWith('/').optional(),
    tcp: z.int().optional(),
    exec: z.array(z.string()).optional(),
    periodSeconds: z.int().min(1).optional(),
    timeoutSeconds: z.int().min(1).optional(),
    failures: z.int().min(1).optional(),
  })
  .refine((p) => [p.http, p.tcp, p.exec].filter((way) => way !== undefined).length === 1, {
    message: 'exactly one of http, tcp and exec',
  });

const security = z.strictObject({
  /** `image`: as the image says; then uid and gid are of no account. */
  user: z.literal('image').optional(),
  uid: z.int().optional(),
  gid: z.int().optional(),
  writableRoot: z.boolean().default(false),
  capabilities: z.array(z.string()).default([]),
});

const claim = z.strictObject({ name, mountPath: z.string().startsWith('/'), size: quantity });

const service = z.strictObject({
  title: z.string(),
  alias: name.optional(),
  group: z.enum(['infrastructure', 'core', 'support', 'application', 'device']),
  /** Absent: always there. `installed`: unless --without. `requested`: only with --with. */
  optional: z.enum(['installed', 'requested']).optional(),
  /** Only where the installation chose this database. */
  database: database.optional(),
  image,
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  environment: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  /** The first one is where the service answers. */
  ports: z.array(z.strictObject({ port: z.int().min(1).max(65535) })).min(1),
  needs: z.array(need).default([]),
  /** What a shell can ask it over its main port, in one line, and what is in the answer of one that is ready. */
  answers: z.strictObject({ say: word, hear: word }).optional(),
  probes: z.strictObject({ startup: probe, readiness: probe, liveness: probe }),
  claims: z.array(claim).default([]),
  security,
  resources,
  /** Its name in the registry's catalogue. */
  registration: z.string().optional(),
  /** `self`: it writes its own keys at its first start and must find none there. */
  configuration: z.enum(['seeded', 'self']).default('seeded'),
  /** What this service is asked for: by the verification, or by people with a browser. */
  role: z.enum(['metadata', 'events', 'commands', 'interface', 'broker']).optional(),
  /** What it answers to /api/version; absent where it has no such path. */
  version: z.string().optional(),
  /** Of a database: how many users it has when it is ready, where its readiness probe counts them. */
  users: z.int().min(1).optional(),
  /** The services to which it passes events on by itself, with the port on which it publishes them. */
  feeds: z.record(name, z.int()).optional(),
  /** Of an application service that sends events to an MQTT broker. */
  exports: z
    .strictObject({
      /** Below which path its settings say where to: Address, Port, Protocol, Topic, User, Password. */
      addressable: z.string(),
      /** Below which path they name the files of its client certificate: cert, key. */
      parameters: z.string(),
      /** What its log says when it can't connect to the broker. */
      unreachable: z.string(),
    })
    .optional(),
  /** Settings whose value in the release is only an example, since each site has its own. */
  siteSettings: z.array(z.string()).default([]),
  /** Of a device service: the devices that it makes at its first start, each with a resource to read. */
  devices: z.record(z.string(), z.string()).optional(),
  /** How many events these devices send together. */
  eventsPerMinute: z.number().optional(),
  ...siteShape,
});

const schema = z.strictObject({
  apiVersion: z.literal('edgex-boot/v1'),
  release: name,
  title: z.string(),
  version: z.string(),
  architectures: z.array(architecture).min(1),
  /** The oldest version that it runs on, and the newest that it was tested with. */
  kubernetes: z.strictObject({ min: minorVersion, tested: minorVersion }),
  /** A pattern for settings that are addresses within the installation, so that another value mostly is a mistake. */
  addressSettings: z.string(),
  databases: z.strictObject({
    choices: z.array(database).min(1),
    /** What `auto` takes where every node has this architecture. */
    auto: z.record(architecture, database),
    /** What `auto` takes elsewhere. */
    mixed: database,
  }),
  registry: z.strictObject({ service: z.string() }),
  tools: z.strictObject({ service: z.string(), uid: z.int(), gid: z.int() }),
  environments: z.record(z.string(), z.record(z.string(), z.string())),
  services: z.record(name, service),
  /** Secrets with which nodes pull images. */
  pullSecrets: z.array(z.string()).default([]),
  /** `HOST/PREFIX` from which all images come, where they come from a mirror. */
  mirror: z.string().optional(),
});

export type ReleaseImage = z.infer<typeof image>;
export type DeviceService = z.infer<typeof deviceService>;
export type Architecture = z.infer<typeof architecture>;
export type Database = z.infer<typeof database>;
export type Need = z.infer<typeof need>;
export type ProbeRow = z.infer<typeof probe>;
export type ClaimRow = z.infer<typeof claim>;
export type ServiceRow = z.infer<typeof service>;
export type Release = z.infer<typeof schema>;

/** How `needs` name the database that the installation chose. */
export const databaseAlias = 'database';

/**
 * Reads a release file.
 * @param file its name, for the error
 * @throws BootError `internal` with the path of what is wrong: the file is part of the program.
 */
export function parseRelease(file: string, text: string): Release {
  const release = parseAsset(file, text, schema);
  const problem = referenceProblem(release);
  if (problem) throw brokenFile(file, problem);
  return release;
}

/** What the schema can't say: every name that is referred to exists. Returns the first problem. */
function referenceProblem(release: Release): string | undefined {
  const { services } = release;
  for (const reference of [release.registry.service, release.tools.service]) {
    if (!services[reference]) return `no service ${reference}`;
  }
  for (const [serviceName, row] of Object.entries(services)) {
    for (const set of row.environment) {
      if (!release.environments[set]) return `services.${serviceName}.environment: no environment ${set}`;
    }
    for (const { gate, ...rest } of row.needs) {
      const of = 'of' in rest ? rest.of : databaseAlias;
      if (of !== databaseAlias && !services[of]) return `services.${serviceName}.needs: no service ${of}`;
      if (gate === 'registered' && !services[of]?.registration) {
        return `services.${serviceName}.needs: ${of} doesn't register`;
      }
    }
  }
  return undefined;
}
