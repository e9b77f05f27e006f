import {
  all,
  consul,
  consulAsk,
  deviceService,
  installed,
  keySet,
  kubectl,
  logging,
  patched,
  pause,
  ready,
  renewed,
} from './steps.ts';
import type { Defect } from './types.ts';

const core = 'edgex/core/1.0';
const template = '/spec/template/spec';
/** Its services have to be started anew to register again, which an installation does. */
const mended = all(installed, ready(consul));
const lostAll = ['consul-persistent', 'consul-keys', 'consul-changes', 'consul-registered'];
/** After its start the registry asks within 10 s, and nothing is said of its checks for 15 s. */
const asksAfterMs = 16_000;

export const consulDefects: readonly Defect[] = [
  {
    what: 'a key was deleted',
    plant: consulAsk('DELETE', `/v1/kv/${core}/edgex-core-data/Writable/LogLevel`),
    repair: installed,
    fails: ['consul-keys'],
    hint: /Run install again/,
    isQuick: true,
  },
  {
    what: 'a key was deleted that a service writes itself',
    plant: consulAsk('DELETE', '/v1/kv/edgex/devices/1.0/device-virtual/Service/Timeout'),
    repair: keySet('edgex/devices/1.0/device-virtual/Service/Timeout', '5000'),
    fails: ['consul-keys'],
    hint: /Run install again/,
  },
  {
    what: 'the settings of a service were deleted',
    plant: consulAsk('DELETE', `/v1/kv/${core}/edgex-support-scheduler/?recurse`),
    repair: installed,
    fails: ['consul-keys'],
    hint: /Run install again/,
  },
  {
    what: 'every key was deleted',
    plant: consulAsk('DELETE', '/v1/kv/?recurse'),
    repair: all(installed, renewed(deviceService), installed),
    fails: ['consul-keys', 'consul-changes'],
    hint: /Run install again/,
  },
  {
    what: 'the address of the database was edited',
    plant: keySet(`${core}/edgex-core-data/Databases/Primary/Host`, 'localhost'),
    repair: keySet(`${core}/edgex-core-data/Databases/Primary/Host`, 'edgex-redis'),
    fails: ['consul-addresses'],
    hint: /--set/,
    isQuick: true,
  },
  {
    what: 'a port was edited',
    plant: keySet(`${core}/edgex-core-command/Service/Port`, '48083'),
    repair: keySet(`${core}/edgex-core-command/Service/Port`, '48082'),
    fails: ['consul-addresses'],
    hint: /--set/,
  },
  {
    what: 'the record of what was installed was deleted',
    plant: consulAsk('DELETE', '/v1/kv/edgex-boot/ledger/edgex-core-data'),
    repair: installed,
    options: ['--strict'],
    fails: ['consul-changes'],
    hint: /Run install again/,
  },
  {
    what: 'a registration was taken out',
    plant: consulAsk('PUT', `/v1/agent/service/deregister/${logging}`),
    repair: renewed(logging),
    fails: ['consul-registered'],
    hint: /Run install again/,
    isQuick: true,
  },
  {
    what: "one of Consul's health checks is critical",
    plant: consulAsk(
      'PUT',
      '/v1/agent/check/register',
      JSON.stringify({ Name: 'planted', ServiceID: 'edgex-core-data', TTL: '1h' }),
    ),
    repair: consulAsk('PUT', '/v1/agent/check/deregister/planted'),
    fails: ['consul-passing'],
    hint: /look what stands between the two/,
  },
  {
    what: 'Consul in development mode',
    plant: all(
      patched(consul, {
        op: 'replace',
        path: `${template}/containers/0/args`,
        value: ['agent', '-dev', '-client=0.0.0.0'],
      }),
      ready(consul),
    ),
    repair: mended,
    fails: lostAll,
    hint: /loses every setting/,
  },
  {
    what: 'Consul without its volume',
    plant: all(
      patched(consul, {
        op: 'replace',
        path: `${template}/volumes/0`,
        value: { name: 'consul-data', emptyDir: {} },
      }),
      ready(consul),
    ),
    // Two sources of one volume are more than an apply can merge; install refuses, and says this.
    repair: all(kubectl('delete', `deployment/${consul}`), mended),
    fails: lostAll,
    hint: /loses every setting/,
  },
  {
    what: 'a pod that asks the wrong DNS',
    plant: all(
      patched(
        consul,
        { op: 'add', path: `${template}/dnsPolicy`, value: 'None' },
        { op: 'add', path: `${template}/dnsConfig`, value: { nameservers: ['127.0.0.9'] } },
      ),
      ready(consul),
      pause(asksAfterMs),
    ),
    repair: all(
      patched(
        consul,
        { op: 'replace', path: `${template}/dnsPolicy`, value: 'ClusterFirst' },
        { op: 'remove', path: `${template}/dnsConfig` },
      ),
      ready(consul),
    ),
    fails: ['cluster-dns'],
    hint: /k8s-app=kube-dns/,
  },
];
