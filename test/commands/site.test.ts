import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { BootError } from '../../src/base/errors.ts';
import type { KubeObject } from '../../src/base/kube-types.ts';
import { loadRelease } from '../../src/commands/release.ts';
import { readSite } from '../../src/commands/site.ts';
import { type Environment, resolveOptions } from '../../src/options/resolve.ts';
import type { OptionRow } from '../../src/options/row.ts';
import { fileKey, type OptionKey, optionRows } from '../../src/options/table.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { siteSchema } from '../../src/plan/site.ts';
import type { Plan } from '../../src/plan/types.ts';
import { samples } from '../options/samples.ts';

/** A site file from its text to the plan: what it says arrives, and whatever is wrong in it is told with its line. */

const file = 'site.yaml';

/** The plan that `render` makes of a site file. */
function planOf(text: string, args: readonly string[] = [], env: Environment = {}): Plan {
  const options = resolveOptions('render', args, env, readSite(file, text));
  const { site: _laidOver, ...wishes } = options;
  return makePlan({ ...wishes, ...loadRelease(options) });
}

type Json = Readonly<Record<string, unknown>>;

function find({ objects }: Plan, kind: string, name: string): KubeObject {
  const object = objects.find((each) => each.kind === kind && each.metadata.name === name);
  return object ?? assert.fail(`no ${kind} ${name}`);
}

/** The pod of a service. */
function podOf(plan: Plan, name: string) {
  const { template, replicas } = find(plan, 'Deployment', name).spec as {
    readonly replicas: number;
    readonly template: { readonly metadata: { readonly annotations?: Json }; readonly spec: Json };
  };
  const [container] = template.spec.containers as readonly Json[];
  return { replicas, spec: template.spec, container: container ?? {}, annotations: template.metadata.annotations };
}

const coreData = 'edgex-core-data';
const deviceVirtual = 'edgex-device-virtual';
const ui = 'edgex-ui-go';

describe('a site file gives to the plan', () => {
  it('the environment of a service, plain and from a Secret', () => {
    const plan = planOf(`
services:
  core-data:
    env:
      LOG_LEVEL: DEBUG
      RETRIES: 3
      EDGEX_SECURITY_SECRET_STORE: { secret: store, key: use }
`);
    const env = podOf(plan, coreData).container.env as readonly Json[];
    assert.deepEqual(
      env.find(({ name }) => name === 'LOG_LEVEL'),
      { name: 'LOG_LEVEL', value: 'DEBUG' },
    );
    assert.deepEqual(
      env.find(({ name }) => name === 'RETRIES'),
      { name: 'RETRIES', value: '3' },
    );
    const secrets = env.filter(({ name }) => name === 'EDGEX_SECURITY_SECRET_STORE');
    assert.deepEqual(secrets.at(-1)?.valueFrom, { secretKeyRef: { name: 'store', key: 'use' } });
  });

  it('image and resources of a service, each of them alone', () => {
    const text = 'services: { edgex-core-data: { image: "x/y:2", resources: { memoryLimit: 300Mi } } }';
    const { container } = podOf(planOf(text), coreData);
    assert.equal(container.image, 'x/y:2');
    assert.deepEqual((container.resources as Json).limits, { memory: '300Mi' });
    assert.ok(((container.resources as Json).requests as Json).memory, "the release's own request stays");
  });

  it('replicas of a device service', () => {
    assert.equal(podOf(planOf('services: { device-virtual: { replicas: 2 } }'), deviceVirtual).replicas, 2);
  });

  it('placement of all and of one', () => {
    const plan = planOf(`
placement:
  nodeSelector: { zone: hall-2 }
  tolerations: [{ key: edge, operator: Exists, effect: NoSchedule }]
services:
  core-data: { nodeSelector: { disk: ssd } }
`);
    const { spec } = podOf(plan, coreData);
    assert.deepEqual(spec.nodeSelector, {
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
      zone: 'hall-2',
      disk: 'ssd',
    });
    assert.deepEqual(spec.tolerations, [{ key: 'edge', operator: 'Exists', effect: 'NoSchedule' }]);
    assert.equal((podOf(plan, ui).spec.nodeSelector as Json).disk, undefined);
  });

  it('secrets with which images are pulled', () => {
    const { spec } = podOf(planOf('imagePullSecrets: [mirror]'), coreData);
    assert.deepEqual(spec.imagePullSecrets, [{ name: 'mirror' }]);
  });

  it('a mirror for every image, the gates included', () => {
    const { objects } = planOf('registry: mirror:5000/edge');
    const images = JSON.stringify(objects).match(/"image":"[^"]*"/g) ?? [];
    assert.ok(images.length > 10);
    for (const image of images) assert.match(image, /^"image":"mirror:5000\/edge\//);
  });

  it('settings, as paths or as a tree, which a flag goes over', () => {
    const text = 'services: { core-data: { settings: { Writable: { LogLevel: DEBUG }, Service/Timeout: 6000 } } }';
    const settingsOf = (plan: Plan): Json =>
      plan.configuration.find(({ service }) => service === coreData)?.keys ?? assert.fail();
    const keys = settingsOf(planOf(text));
    assert.equal(keys['edgex/core/1.0/edgex-core-data/Writable/LogLevel'], 'DEBUG');
    assert.equal(keys['edgex/core/1.0/edgex-core-data/Service/Timeout'], '6000');
    const over = settingsOf(planOf(text, ['--set', 'core-data/Writable/LogLevel=ERROR']));
    assert.equal(over['edgex/core/1.0/edgex-core-data/Writable/LogLevel'], 'ERROR');
    assert.equal(over['edgex/core/1.0/edgex-core-data/Service/Timeout'], '6000');
    const asOption = settingsOf(planOf('set: { core-data: { Writable: { LogLevel: DEBUG } } }'));
    assert.equal(asOption['edgex/core/1.0/edgex-core-data/Writable/LogLevel'], 'DEBUG');
  });

  it('no way in from outside unless it is asked for', () => {
    const plan = planOf('{}');
    for (const { kind, spec } of plan.objects) {
      assert.notEqual(kind, 'Ingress');
      if (kind === 'Service') assert.equal((spec as Json).type, 'ClusterIP');
    }
  });

  for (const kind of ['NodePort', 'LoadBalancer']) {
    it(`a ${kind} for what people look at, or for what is named`, () => {
      const plan = planOf(`exposure: { kind: ${kind} }`);
      assert.equal((find(plan, 'Service', ui).spec as Json).type, kind);
      assert.equal((find(plan, 'Service', coreData).spec as Json).type, 'ClusterIP');
      const named = planOf(`exposure: { kind: ${kind}, services: [core-data] }`);
      assert.equal((find(named, 'Service', coreData).spec as Json).type, kind);
      assert.equal((find(named, 'Service', ui).spec as Json).type, 'ClusterIP');
    });
  }

  it('an Ingress with host and class, each service below it by its name when there are several', () => {
    const plan = planOf('exposure: { kind: Ingress, host: edge.example, class: traefik, services: [ui, core-data] }');
    const { ingressClassName, rules } = find(plan, 'Ingress', coreData).spec as Json;
    assert.equal(ingressClassName, 'traefik');
    assert.equal((rules as readonly Json[])[0]?.host, 'data.edge.example');
    assert.match(JSON.stringify(rules), /"number":48080/);
    for (const services of ['', ', services: [ui, edgex-ui-go]']) {
      const alone = planOf(`exposure: { kind: Ingress, host: edge.example${services} }`);
      assert.equal(((find(alone, 'Ingress', ui).spec as Json).rules as readonly Json[])[0]?.host, 'edge.example');
    }
    const [rule] = (find(planOf('exposure: { kind: Ingress }'), 'Ingress', ui).spec as Json).rules as readonly Json[];
    assert.equal(rule?.host, undefined);
  });

  it('a device service of its own, which starts as those of the release do', () => {
    const plan = planOf(
      'deviceServices: { device-modbus: { image: "x/modbus:1", port: 49991, args: [--confdir=/res] } }',
    );
    const own = podOf(plan, 'device-modbus');
    assert.equal(own.container.image, 'x/modbus:1');
    assert.deepEqual(own.container.args, ['--confdir=/res']);
    assert.ok(own.spec.initContainers, 'it waits for what it needs');
    assert.ok(own.container.livenessProbe);
    assert.equal(((find(plan, 'Service', 'device-modbus').spec as Json).ports as readonly Json[])[0]?.port, 49991);
    assert.ok(podOf(plan, deviceVirtual), "the release's own stays");
  });

  it('files in a container, with a new pod when they change', () => {
    const text = (content: string): string =>
      `services: { device-virtual: { files: { /res/a.yaml: "${content}", /res/b.yaml: same } } }`;
    const plan = planOf(text('one'));
    const map = find(plan, 'ConfigMap', 'edgex-device-virtual-files');
    assert.deepEqual(map.data, { '0-a.yaml': 'one', '1-b.yaml': 'same' });
    const { container, spec, annotations } = podOf(plan, deviceVirtual);
    assert.deepEqual(
      (container.volumeMounts as readonly Json[]).map(({ mountPath, subPath }) => [mountPath, subPath]),
      [
        ['/res/a.yaml', '0-a.yaml'],
        ['/res/b.yaml', '1-b.yaml'],
      ],
    );
    assert.match(JSON.stringify(spec.volumes), /edgex-device-virtual-files/);
    assert.notDeepEqual(annotations, podOf(planOf(text('two')), deviceVirtual).annotations);
  });

  it('patches on rendered objects, null taking a field away', () => {
    const plan = planOf(`
patches:
  - { kind: Service, name: edgex-ui-go, patch: { metadata: { annotations: { a: b } }, spec: { type: null } } }
  - { kind: Service, name: edgex-ui-go, patch: { metadata: { annotations: { c: d }, labels: { hall: two } } } }
  - { kind: Service, name: edgex-ui-go, patch: { metadata: { labels: { hall: three } } } }
`);
    const service = find(plan, 'Service', ui);
    assert.deepEqual(service.metadata.annotations, { a: 'b', c: 'd' });
    assert.deepEqual(service.metadata.labels, { ...find(planOf('{}'), 'Service', ui).metadata.labels, hall: 'three' });
    assert.ok(!('type' in (service.spec as Json)));
    assert.equal(service.metadata.namespace, 'edgex');
  });
});

/** A value that isn't the option's default, as YAML. */
function sampleOf(key: OptionKey, { type }: OptionRow): string {
  const [text] = samples[key];
  if (type === 'boolean') return text;
  return type === 'settings' ? text.replace(/^([^/]+)\/(.*)=(.*)$/, '{ $1: { $2: $3 } }') : JSON.stringify(text);
}

describe('the page of the site file', () => {
  const page = readFileSync(new URL('../../docs/site.md', import.meta.url), 'utf8');
  const [, example = ''] = /^```yaml\n(.*?)^```$/ms.exec(page) ?? [];

  it('has an example that is right, and shows every section', () => {
    const { site } = readSite(file, example).site;
    assert.deepEqual(Object.keys(siteSchema.shape).toSorted(), Object.keys(site).toSorted());
  });
});

describe('every option of the table', () => {
  for (const [key, row] of optionRows) {
    const name = fileKey(row);
    if (name === undefined) continue;
    const [command] = row.commands;
    it(`${name} counts in a site file, below the environment and the flag`, () => {
      assert.ok(command);
      const site = readSite(file, `${name}: ${sampleOf(key, row)}`);
      const operand = command === 'backup' || command === 'restore' ? ['f'] : [];
      const options = resolveOptions(command, operand, {}, site);
      assert.deepEqual(options.origins[key], { from: 'file', name: `${file}:1: ${name}` });
      assert.deepEqual(options[key], samples[key][1]);
    });
  }
});

interface Wrong {
  readonly text: string;
  /** The line in the message. */
  readonly line?: number;
  /** The key in it. */
  readonly key?: string;
  readonly cause: RegExp;
  readonly hint?: RegExp;
}

const wrong: Readonly<Record<string, Wrong>> = {
  // The YAML itself.
  'a tab': { text: 'services:\n\tcore-data: {}', line: 2, cause: /tab|indent|no YAML/i },
  'an open bracket': { text: 'with: [a\nstorage: auto', cause: /no YAML|must|flow/i },
  'an open quote': { text: 'namespace: "edgex', cause: /no YAML|quote/i },
  'a key twice': { text: 'storage: auto\nstorage: auto', line: 2, cause: /unique/i },
  'two documents': { text: 'storage: auto\n---\nstorage: local', line: 2, cause: /no YAML|document/i },
  'a list': { text: '- storage: auto', cause: /holds no keys/ },
  'a word': { text: 'storage', cause: /holds no keys/ },
  'an alias of nothing': { text: 'namespace: *name', cause: /alias/, hint: /Quote/ },
  'aliases that unfold': {
    text: 'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]',
    cause: /unfold too far/,
  },
  'too much of it': { text: `site: ${'x'.repeat(300_000)}`, cause: /has \d+ bytes, 262144 are the most/ },
  'too deep': { text: `services: ${'{a: '.repeat(60)}1${'}'.repeat(60)}`, cause: /nested/ },
  'deeper than any parser goes': { text: `a: ${'['.repeat(100_000)}`, cause: /nested|no YAML/ },
  'another version': { text: 'apiVersion: edgex-boot/v2', line: 1, key: 'apiVersion', cause: /another version/ },

  // Options.
  'an unknown key': {
    text: 'site: x\ndatabse: redis',
    line: 2,
    key: 'databse',
    cause: /no such key/,
    hint: /Did you mean database\?/,
  },
  'a flag for a key': {
    text: 'wait-cluster: 5m',
    line: 1,
    key: 'wait-cluster',
    cause: /no such key/,
    hint: /waitCluster/,
  },
  'a key of one run': { text: 'help: true', line: 1, key: 'help', cause: /no such key/ },
  'the file in itself': { text: 'config: other.yaml', line: 1, key: 'config', cause: /no such key/ },
  'a prototype': { text: '__proto__: { a: 1 }', line: 1, cause: /no such key/ },
  'a choice': {
    text: '\ndatabase: rediss',
    line: 2,
    key: 'database',
    cause: /no such choice/,
    hint: /Did you mean redis\?/,
  },
  'a choice in another case': { text: 'database: Redis', line: 1, key: 'database', cause: /no such choice/ },
  'a number for a choice': { text: 'database: 5', line: 1, key: 'database', cause: /no such choice/ },
  'a list for a text': { text: 'namespace: [a]', line: 1, key: 'namespace', cause: /not a text/ },
  'nothing for a text': { text: 'namespace:', line: 1, key: 'namespace', cause: /not a text/ },
  'a namespace': { text: 'namespace: Edge_X', line: 1, key: 'namespace', cause: /not allowed/, hint: /lower-case/ },
  'a text for a switch': { text: 'verify: maybe', line: 1, key: 'verify', cause: /not true or false/ },
  'a number for a switch': { text: 'verify: 1', line: 1, key: 'verify', cause: /not true or false/ },
  'a duration without its unit': { text: 'timeout: 15', line: 1, key: 'timeout', cause: /not a duration/ },
  'a duration of words': { text: 'timeout: 15 minutes', line: 1, key: 'timeout', cause: /not a duration/ },
  'no time at all': { text: 'timeout: 0s', line: 1, key: 'timeout', cause: /no time at all/ },
  'a duration of a week': { text: 'waitCluster: 168h', line: 1, key: 'waitCluster', cause: /longer than 24h/ },
  'a list of numbers': { text: 'with: [1]', line: 1, key: 'with', cause: /not a list of names/ },
  'a table for a list': { text: 'with: { a: b }', line: 1, key: 'with', cause: /not a list of names/ },
  'a list with a hole': { text: 'with: ["a,,b"]', line: 1, key: 'with', cause: /name is missing/ },
  'a text for settings': { text: 'set: core-data', line: 1, key: 'set', cause: /not services/ },
  'a storage': { text: 'storage: nfs:/x', line: 1, key: 'storage', cause: /not allowed/ },
  'a registry as an address': {
    text: 'registry: https://mirror',
    line: 1,
    key: 'registry',
    cause: /not allowed/,
    hint: /without https/,
  },

  'a service to install as well': {
    text: '\nwith: [mqtt-exprot]',
    line: 2,
    key: 'with: mqtt-exprot',
    cause: /no service of this name/,
    hint: /Did you mean mqtt-export\?/,
  },
  'a service to leave out': {
    text: '\nwithout: [uii]',
    line: 2,
    key: 'without: uii',
    cause: /no service of this name/,
  },
  'a service that has to stay': {
    text: '\nwithout: [edgex-core-data]',
    line: 2,
    key: 'without: edgex-core-data',
    cause: /not optional/,
  },
  'a service both ways': { text: 'with: [ui]\nwithout: [ui]', line: 1, key: 'with: edgex-ui-go', cause: /left out/ },
  'a claim with a size': {
    text: '\nsize: [redis-dataa=2Gi]',
    line: 2,
    key: 'size: redis-dataa=2Gi',
    cause: /no service has a claim/,
  },
  'a service with settings': {
    text: 'set:\n  dataa:\n    Writable/LogLevel: DEBUG',
    line: 2,
    key: 'set.dataa',
    cause: /no service of this name/,
  },
  'a setting among the options': {
    text: 'set:\n  data:\n    Writable:\n      LogLevle: DEBUG',
    line: 4,
    key: 'set.data.Writable.LogLevle',
    cause: /no such setting/,
  },

  // Sections.
  'a section that is a text': { text: 'services: core-data', line: 1, key: 'services', cause: /expected/i },
  'an unknown service': {
    text: 'services:\n  core-dta:\n    image: x',
    line: 2,
    key: 'services.core-dta',
    cause: /no service of this name/,
    hint: /core-data/,
  },
  'an unknown key of a service': {
    text: 'services:\n  core-data:\n    imgae: x',
    line: 3,
    key: 'services.core-data.imgae',
    cause: /no such key/,
    hint: /image/,
  },
  'an empty image': {
    text: 'services: { core-data: { image: "" } }',
    line: 1,
    key: 'services.core-data.image',
    cause: /./,
  },
  'a name in the environment': {
    text: 'services:\n  core-data:\n    env:\n      A-B: x',
    line: 4,
    key: 'services.core-data.env.A-B',
    cause: /letters, digits and _/,
  },
  'a list in the environment': {
    text: 'services:\n  core-data:\n    env:\n      A: [x]',
    line: 4,
    key: 'services.core-data.env.A',
    cause: /a text, or \{ secret/,
  },
  'half a secret': {
    text: 'services:\n  core-data:\n    env:\n      A: { secret: s }',
    line: 4,
    key: 'services.core-data.env.A',
    cause: /a text, or \{ secret/,
  },
  'a quantity': {
    text: 'services: { core-data: { resources: { memory: 64MB } } }',
    line: 1,
    key: 'services.core-data.resources.memory',
    cause: /a quantity/,
  },
  'an unknown resource': {
    text: 'services: { core-data: { resources: { memoryLimits: 64Mi } } }',
    line: 1,
    cause: /no such key/,
    hint: /memoryLimit/,
  },
  'replicas of a core service': {
    text: 'services:\n  core-data:\n    replicas: 2',
    line: 3,
    key: 'services.core-data.replicas',
    cause: /only device services/,
  },
  'no replicas of a device service': {
    text: 'services:\n  device-virtual:\n    replicas: 0',
    line: 3,
    key: 'services.device-virtual.replicas',
    cause: /1 or more; `without` leaves out a whole service/,
  },
  'half a replica': {
    text: 'services: { device-virtual: { replicas: 1.5 } }',
    line: 1,
    key: 'services.device-virtual.replicas',
    cause: /int/,
  },
  'too many replicas': { text: 'services: { device-virtual: { replicas: 200 } }', line: 1, cause: /20/ },
  'a setting that is not there': {
    text: 'services:\n  core-data:\n    settings:\n      Writable/LogLevle: DEBUG',
    line: 4,
    key: 'services.core-data.settings.Writable/LogLevle',
    cause: /no such setting/,
    hint: /Writable\/LogLevel/,
  },
  'a setting in a tree that is not there': {
    text: 'services:\n  data:\n    settings:\n      Writable:\n        LogLevle: DEBUG',
    line: 5,
    key: 'services.data.settings.Writable.LogLevle',
    cause: /no such setting/,
  },
  'a setting of another type': {
    text: 'services: { core-data: { settings: { Service/Port: high } } }',
    line: 1,
    key: 'services.core-data.settings.Service/Port',
    cause: /not a whole number/,
  },
  'a setting of a service that has none': {
    text: 'services:\n  ui:\n    settings:\n      Writable/LogLevel: DEBUG',
    line: 4,
    key: 'services.ui.settings.Writable/LogLevel',
    cause: /no settings are written/,
  },
  'a list of settings': {
    text: 'services: { core-data: { settings: [a] } }',
    line: 1,
    key: 'services.core-data.settings',
    cause: /expected/i,
  },
  'a file by a relative path': {
    text: 'services: { device-virtual: { files: { res/a: x } } }',
    line: 1,
    cause: /an absolute path/,
  },
  'a file that is not there': {
    text: 'services: { device-virtual: { files: { /res/a: { file: nowhere.yaml } } } }',
    cause: /is not there/,
  },
  'a taken name': {
    text: 'deviceServices:\n  edgex-device-virtual: { image: x, port: 1 }',
    line: 2,
    key: 'deviceServices.edgex-device-virtual',
    cause: /has a service of this name/,
  },
  'a name that no Service can have': {
    text: 'deviceServices: { Device_1: { image: x, port: 1 } }',
    line: 1,
    cause: /no name for a Service/,
  },
  'a device service without its image': {
    text: 'deviceServices: { device-x: { port: 1 } }',
    line: 1,
    key: 'deviceServices.device-x.image',
    cause: /image/,
  },
  'a port that there is none of': {
    text: 'deviceServices: { device-x: { image: x, port: 70000 } }',
    line: 1,
    key: 'deviceServices.device-x.port',
    cause: /65535/,
  },
  'an architecture': {
    text: 'deviceServices: { device-x: { image: { armhf: x }, port: 1 } }',
    line: 1,
    cause: /image/,
  },
  'a way in': { text: 'exposure: { kind: nodeport }', line: 1, key: 'exposure.kind', cause: /NodePort/ },
  'a way in without its kind': { text: 'exposure: { host: x }', line: 1, key: 'exposure.kind', cause: /NodePort/ },
  'a host without an Ingress': {
    text: 'exposure:\n  kind: NodePort\n  host: x',
    line: 3,
    key: 'exposure.host',
    cause: /only an Ingress/,
  },
  'an exposed service': {
    text: 'exposure: { kind: NodePort, services: [uii] }',
    line: 1,
    cause: /no service of this name/,
  },
  'no exposed service': {
    text: 'exposure: { kind: NodePort, services: [] }',
    line: 1,
    key: 'exposure.services',
    cause: /./,
  },
  'two services at the root of an Ingress': {
    text: 'exposure:\n  kind: Ingress\n  services: [ui, core-data]',
    line: 3,
    key: 'exposure.services',
    cause: /without a host only one service/,
    hint: /Give `host`/,
  },
  'a toleration': {
    text: 'placement: { tolerations: [{ effect: NoScheduel }] }',
    line: 1,
    key: 'placement.tolerations.0.effect',
    cause: /NoSchedule/,
  },
  'a selector of numbers': {
    text: 'placement: { nodeSelector: { a: 1 } }',
    line: 1,
    key: 'placement.nodeSelector.a',
    cause: /string/,
  },
  'a patch of nothing': {
    text: 'patches:\n  - kind: Service\n    name: edgex-ui\n    patch: {}',
    line: 3,
    key: 'patches.0.name',
    cause: /no service\/edgex-ui/,
    hint: /edgex-ui-go/,
  },
  'a patch that renames': {
    text: 'patches:\n  - { kind: Service, name: edgex-ui-go, patch: { metadata: { name: x } } }',
    line: 2,
    cause: /it stays/,
  },
  'a patch that changes the kind': {
    text: 'patches:\n  - { kind: Service, name: edgex-ui-go, patch: { kind: Pod } }',
    line: 2,
    cause: /it stays/,
  },
  'a patch that makes a text of the metadata': {
    text: 'patches:\n  - kind: Service\n    name: edgex-ui-go\n    patch:\n      metadata: x',
    line: 5,
    key: 'patches.0.patch.metadata',
    cause: /stays a table/,
  },
  'a patch that takes the metadata away': {
    text: 'patches: [{ kind: Service, name: edgex-ui-go, patch: { metadata: null } }]',
    line: 1,
    key: 'patches.0.patch.metadata',
    cause: /stays a table/,
  },
  'a patch that takes all labels away': {
    text: 'patches:\n  - kind: Service\n    name: edgex-ui-go\n    patch:\n      metadata:\n        labels: null',
    line: 6,
    key: 'patches.0.patch.metadata.labels',
    cause: /stays a table/,
  },
  'a patch that takes our own label away': {
    text: 'patches:\n  - kind: Service\n    name: edgex-ui-go\n    patch:\n      metadata:\n        labels:\n          app.kubernetes.io/managed-by: null',
    line: 7,
    key: 'patches.0.patch.metadata.labels.app.kubernetes.io/managed-by',
    cause: /it stays/,
  },
  'a patch without its name': { text: 'patches:\n  - kind: Service\n    patch: {}', line: 2, cause: /string/ },
  'a site without a name': { text: 'site: ""', line: 1, key: 'site', cause: /./ },
  'a secret for images that is none': {
    text: 'imagePullSecrets: mirror',
    line: 1,
    key: 'imagePullSecrets',
    cause: /array/,
  },
};

describe('what is wrong in a site file is refused before anything is touched', () => {
  for (const [what, { text, line, key, cause, hint }] of Object.entries(wrong)) {
    it(what, () => {
      assert.throws(
        () => planOf(text),
        (error) => {
          assert.ok(error instanceof BootError, String(error));
          const { details } = error;
          assert.equal(details.exit, 'usage', JSON.stringify(details));
          if (line !== undefined) assert.ok(details.object.startsWith(`${file}:${line}`), details.object);
          if (key !== undefined) assert.ok(details.object.includes(`: ${key}`), details.object);
          assert.match(details.cause, cause);
          assert.match(details.hint ?? '', hint ?? /./);
          return true;
        },
      );
    });
  }

  it('and there are enough of these', () => assert.ok(Object.keys(wrong).length >= 60));

  const given: readonly (readonly [args: readonly string[], env: Environment, object: string])[] = [
    [['--with', 'x'], {}, '--with x'],
    [[], { EDGEX_BOOT_WITH: 'x' }, 'EDGEX_BOOT_WITH=x'],
    [[], { EDGEX_BOOT_WITHOUT: 'core-data' }, 'EDGEX_BOOT_WITHOUT=core-data'],
    [['--with', 'ui'], { EDGEX_BOOT_WITHOUT: 'ui' }, '--with edgex-ui-go, EDGEX_BOOT_WITHOUT=edgex-ui-go'],
    [['--size', 'x=1Gi'], {}, '--size x=1Gi'],
    [[], { EDGEX_BOOT_SIZE: 'x=1Gi' }, 'EDGEX_BOOT_SIZE=x=1Gi'],
    [['--set', 'x/Y=1'], {}, '--set x'],
    [['--set', 'data/Y=1'], {}, '--set data/Y'],
    [[], { EDGEX_BOOT_SET: 'data/Y=1' }, 'EDGEX_BOOT_SET=data/Y'],
  ];
  const right = 'with: [ui]\nsize: [redis-data=1Gi]\nset: { data: { Writable: { LogLevel: DEBUG } } }';
  for (const [args, env, object] of given) {
    it(`not told of the file where it is ${object}`, () => {
      assert.throws(
        () => planOf(right, args, env),
        (error) => error instanceof BootError && assert.equal(error.details.object, object) === undefined,
      );
    });
  }

  it('without a word of a value that may be a password', () => {
    for (const text of [
      'services: { core-data: { env: { A-B: hunter2 } } }',
      'set: { core-data: hunter2 }',
      'a: "hunter2',
    ]) {
      assert.throws(
        () => planOf(text),
        (error) => error instanceof BootError && !JSON.stringify(error.details).includes('hunter2'),
      );
    }
  });
});
