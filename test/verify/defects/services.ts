import {
  all,
  appService,
  command,
  consul,
  data,
  deviceService,
  fault,
  installed,
  jsonPatch,
  kubectl,
  notifications,
  patched,
  pause,
  ready,
  redis,
  redisCli,
  renewed,
  replaced,
  restarted,
  runsFor,
  scaled,
  scheduler,
} from './steps.ts';
import type { Defect } from './types.ts';

/** A process counts as hung when it has been running for 15 s. */
const startMs = 17_000;
const template = '/spec/template/spec';

function stopped(service: string, ...others: readonly string[]): Defect {
  return {
    what: `${service} is scaled to 0`,
    plant: scaled(service, 0),
    repair: scaled(service, 1),
    fails: [...others, 'services-scaled'],
    hint: others.length === 0 ? /--replicas 1/ : /./,
  };
}

function silent(service: string, how: string, forMs: number): Defect {
  return {
    what: `${service} hangs (${how})`,
    plant: all(fault(service, how), runsFor(service, forMs)),
    repair: all(fault(service), ready(service)),
    fails: [],
    hint: /./,
  };
}

/** It has started, and hangs 5 s later. After 25 s it isn't ready any more, after 35 it is restarted. */
function hung(service: string): Defect {
  const hint = /alive and answers nobody/;
  return { ...silent(service, 'hang:5000', 28_000), fails: ['services-answer'], hint, isQuick: true };
}

/** Nobody can tell it from one that takes its time, until its start-up probe gives it up. */
function neverStarts(service: string, how: string): Defect {
  return { ...silent(service, how, startMs), fails: ['services-ready'] };
}

export const servicesDefects: readonly Defect[] = [
  stopped(data),
  stopped(deviceService),
  { ...stopped(notifications), isQuick: true },
  { ...stopped(redis), fails: ['services-scaled', 'database-answers'] },
  stopped(consul, 'consul-leader'),
  {
    what: 'a Deployment was deleted',
    plant: kubectl('delete', `deployment/${notifications}`, '--timeout=60s'),
    repair: installed,
    fails: ['services-present'],
    hint: /Run install again/,
  },
  {
    what: 'the same image by another name',
    plant: all(
      replaced(
        notifications,
        kubectl(
          'set',
          'image',
          `deployment/${notifications}`,
          `${notifications}=docker.io/edgexfoundry/docker-support-notifications-go:1.1.0`,
        ),
      ),
      ready(notifications),
    ),
    repair: installed,
    fails: ['services-image'],
    hint: /--force-conflicts/,
  },
  {
    what: 'an image that does not exist',
    plant: all(
      replaced(
        notifications,
        kubectl('set', 'image', `deployment/${notifications}`, `${notifications}=edgexfoundry/none:9`),
      ),
      pause(8_000),
    ),
    repair: installed,
    fails: ['services-image', 'services-ready'],
    hint: /--force-conflicts/,
  },
  hung(scheduler),
  neverStarts(command, 'bind-fail'),
  neverStarts(notifications, 'slow-answers:20000'),
  neverStarts(notifications, 'status:503'),
  {
    what: 'a service that ends at each start',
    plant: all(fault(scheduler, 'exit:3'), restarted(scheduler, 1)),
    repair: all(fault(scheduler), ready(scheduler)),
    fails: ['services-ready', 'services-restarts'],
    hint: /kubectl -n/,
  },
  {
    what: 'Consul was ended',
    plant: all(kubectl('exec', `deployment/${consul}`, '--', 'kill', '1'), restarted(consul, 1), ready(consul)),
    repair: renewed(consul),
    fails: ['services-restarts'],
    hint: /Look why it ended/,
  },
  {
    what: 'Redis was ended',
    plant: all(async (site) => redisCli('shutdown')(site).catch(() => undefined), restarted(redis, 1), ready(redis)),
    repair: renewed(redis),
    fails: ['services-restarts'],
    hint: /Look why it ended/,
  },
  {
    what: 'a memory limit that is too low',
    plant: all(
      replaced(
        scheduler,
        kubectl('set', 'resources', `deployment/${scheduler}`, '--limits=memory=14Mi', '--requests=memory=8Mi'),
      ),
      restarted(scheduler, 1),
    ),
    repair: all(installed, ready(scheduler)),
    fails: ['services-ready', 'services-restarts', 'services-memory'],
    hint: /./,
  },
  {
    what: 'a pod that fits no node',
    plant: all(
      patched(scheduler, { op: 'add', path: `${template}/nodeSelector/site`, value: 'elsewhere' }),
      pause(3_000),
    ),
    repair: jsonPatch(`deployment/${scheduler}`, { op: 'remove', path: `${template}/nodeSelector/site` }),
    fails: ['services-ready'],
    hint: /./,
  },
  {
    what: 'port 5566 is missing',
    plant: jsonPatch(`service/${appService}`, { op: 'remove', path: '/spec/ports/1' }),
    repair: installed,
    fails: ['services-ports', 'rules-engine-fed'],
    hint: /Run install again/,
    isQuick: true,
  },
  {
    what: 'a Service that leads to nobody',
    plant: jsonPatch(`service/${notifications}`, { op: 'replace', path: '/spec/selector', value: { app: 'nobody' } }),
    repair: installed,
    fails: ['services-ports'],
    hint: /Run install again/,
  },
  {
    what: 'a Service was deleted',
    plant: kubectl('delete', `service/${scheduler}`),
    repair: installed,
    fails: ['services-ports'],
    hint: /Run install again/,
  },
  {
    what: 'a Service that leads to another service',
    plant: jsonPatch(
      `service/${appService}`,
      { op: 'replace', path: '/spec/selector', value: { 'org.edgexfoundry.service': command } },
      { op: 'replace', path: '/spec/ports/0/targetPort', value: 48082 },
    ),
    repair: installed,
    fails: ['services-ports', 'services-version', 'rules-engine-fed'],
    hint: /Run install again/,
  },
];
