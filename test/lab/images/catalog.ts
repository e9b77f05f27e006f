import { pauseImage } from '../node-config.ts';
import { type Layers, withDirectories } from './layers.ts';
import { type Blob, type Image, type ImageConfig, imageOf, layerOf } from './oci.ts';
import type { TarEntry } from './tar.ts';

/** What an image has of its own, above the layers that it shares. */
interface ImagePlan {
  readonly name: string;
  readonly layers: readonly (keyof Layers | 'standin')[];
  readonly files: readonly TarEntry[];
  readonly config: ImageConfig;
}

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const script = (file: string, text: string): TarEntry => ({ path: file, mode: 0o755, data: Buffer.from(text) });
const text = (file: string, content: string): TarEntry => ({ path: file, data: Buffer.from(content) });
const owned = (directory: string, uid: number, gid: number): TarEntry => ({
  path: directory,
  directory: true,
  uid,
  gid,
});

/** The files that make users and name servers known, and a /tmp. The gid is of a group with the user's name. */
function base(user = 'nobody', uid = 65534, gid = uid): readonly TarEntry[] {
  return [
    text('etc/passwd', `root:x:0:0:root:/root:/bin/sh\n${user}:x:${uid}:${gid}:${user}:/:/bin/sh\n`),
    text('etc/group', `root:x:0:\n${user}:x:${gid}:\n`),
    text('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
    { path: 'tmp', directory: true, mode: 0o1777 },
  ];
}

// As root, the images hand over to a user of their own, which first gets its directories, as upstream's do.
const become = (user: string, program: string): string =>
  `exec start-stop-daemon -S -c ${user}:${user} -x ${program} -- "$@"`;

const consulEntrypoint = `#!/bin/sh
set -e
case "$1" in
  consul) shift ;;
  agent) shift; set -- agent -data-dir=/consul/data -config-dir=/consul/config "$@" ;;
  -*) set -- agent "$@" ;;
  *) exec "$@" ;;
esac
if [ "$(id -u)" = 0 ]; then
  chown consul:consul /consul/data /consul/config
  ${become('consul', '/bin/consul')}
fi
exec consul "$@"
`;

// Upstream's image is compiled without protected mode: it takes connections from anywhere without a password.
const redisEntrypoint = `#!/bin/sh
set -e
case "$1" in
  redis-server) shift ;;
  -*|*.conf) ;;
  *) exec "$@" ;;
esac
set -- "$@" --protected-mode no
if [ "$(id -u)" = 0 ]; then
  chown -R redis:redis .
  ${become('redis', '/usr/bin/redis-server')}
fi
exec redis-server "$@"
`;

/** Mosquitto 2 lets nobody in from outside unless told so; 1.6, whose name the image bears, lets everybody in. */
const mosquittoConf = 'listener 1883\nallow_anonymous true\n';

const programs: readonly ImagePlan[] = [
  {
    name: 'docker.io/library/consul:1.3.1',
    layers: ['libc', 'shell', 'consul'],
    files: [
      ...base('consul', 100, 1000),
      script('usr/local/bin/docker-entrypoint.sh', consulEntrypoint),
      ...['consul/data', 'consul/config'].map((dir) => owned(dir, 100, 1000)),
    ],
    config: { Entrypoint: ['docker-entrypoint.sh'], Cmd: ['agent', '-dev', '-client', '0.0.0.0'] },
  },
  {
    name: 'docker.io/library/redis:5.0.5-alpine',
    layers: ['libc', 'shell', 'redis'],
    files: [
      ...base('redis', 999, 1000),
      script('usr/local/bin/docker-entrypoint.sh', redisEntrypoint),
      owned('data', 999, 1000),
    ],
    config: { Entrypoint: ['docker-entrypoint.sh'], Cmd: ['redis-server'], WorkingDir: '/data' },
  },
  {
    name: 'docker.io/library/eclipse-mosquitto:1.6.8',
    layers: ['libc', 'shell', 'mosquitto'],
    files: [
      ...base('mosquitto', 1883),
      script('docker-entrypoint.sh', '#!/bin/sh\nset -e\nexec "$@"\n'),
      text('mosquitto/config/mosquitto.conf', mosquittoConf),
      ...['mosquitto/data', 'mosquitto/log'].map((dir) => owned(dir, 1883, 1883)),
    ],
    config: {
      Entrypoint: ['/docker-entrypoint.sh'],
      Cmd: ['/usr/sbin/mosquitto', '-c', '/mosquitto/config/mosquitto.conf'],
    },
  },
];

/** EdgeX's own images: tag, the arguments that upstream's image has, and whether it has a shell. */
interface EdgexRow {
  readonly tag: string;
  readonly cmd?: readonly string[];
  readonly shell?: boolean;
  readonly files?: readonly TarEntry[];
}

const mongoShell = script('usr/bin/mongo', '#!/bin/sh\nexec node /standin.js mongo-shell "$@"\n');

const edgex: Readonly<Record<string, EdgexRow>> = {
  'docker-core-data-go': { tag: '1.1.0' },
  'docker-core-metadata-go': { tag: '1.1.0' },
  'docker-core-command-go': { tag: '1.1.0' },
  'docker-support-logging-go': { tag: '1.1.0' },
  'docker-support-notifications-go': { tag: '1.1.0' },
  'docker-support-scheduler-go': { tag: '1.1.0' },
  'docker-sys-mgmt-agent-go': { tag: '1.1.0' },
  'docker-app-service-configurable': {
    tag: '1.0.0',
    cmd: ['--registry', '--profile=OVERWRITEME', '--confdir=/res'],
  },
  'docker-device-virtual-go': {
    tag: '1.1.1',
    cmd: ['--profile=docker', '--confdir=/res', '--registry=consul://edgex-core-consul:8500'],
  },
  'docker-support-rulesengine': { tag: '1.1.0' },
  'docker-edgex-ui-go': { tag: '1.1.0' },
  'docker-edgex-mongo': { tag: '1.1.0', shell: true, files: [mongoShell] },
  'docker-core-config-seed-go': { tag: '1.1.0' },
  'docker-edgex-volume': { tag: '1.1.0', shell: true },
};

const edgexPlans: readonly ImagePlan[] = Object.entries(edgex).map(([name, { tag, cmd, shell, files }]) => ({
  name: `docker.io/edgexfoundry/${name}:${tag}`,
  layers: ['libc', ...(shell ? (['shell'] as const) : []), 'node', 'standin'],
  files: [...base(), ...(files ?? [])],
  config: { Entrypoint: ['/usr/bin/node', '/standin.js', name], ...(cmd && { Cmd: cmd }) },
}));

/**
 * All images of the lab.
 * @param pause the pause program
 * @param standin the layer with `/standin.js`, the program that plays EdgeX's services
 */
export function labImages(layers: Layers, pause: Uint8Array, standin: Blob): readonly Image[] {
  const shared = { ...layers, standin };
  const images = [...programs, ...edgexPlans].map(({ name, config, files, layers: names }) => {
    const own = layerOf(withDirectories(files));
    return imageOf(name, { Env: [path], ...config }, [...names.map((layer) => shared[layer]), own]);
  });
  const pauseLayer = layerOf([{ path: 'pause', mode: 0o755, data: pause }]);
  return [imageOf(pauseImage, { Entrypoint: ['/pause'] }, [pauseLayer]), ...images];
}
