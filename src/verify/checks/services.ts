import { memoryLimitOf } from '../../base/kube-types.ts';
import { formatDuration } from '../../base/time.ts';
import type { Answer, ServiceFacts, VerifyFacts } from '../facts.ts';
import { type Defect, type Finding, judged, skipped, unready } from '../finding.ts';
import { containerOf } from '../pods.ts';
import type { Probe } from '../run-checks.ts';
import { portTrouble } from './service-ports.ts';
import { describeRun, isGood, runningMs, type ServiceState, stateOf, wordsOf } from './service-state.ts';

/** An end that is longer ago has been followed by a time in which all went well. */
const recentMs = 10 * 60_000;
const dayMs = 24 * 60 * 60_000;

interface Looked {
  readonly service: ServiceFacts;
  readonly state: ServiceState;
  readonly answer: Answer | undefined;
}

/** The probes of category services, by code. */
export const servicesProbes: Readonly<Record<string, Probe<VerifyFacts>>> = {
  'services-present': overServices(({ state }) => (state === 'absent' ? 'it has no Deployment' : undefined)),

  'services-scaled': overServices(({ state }) => (state === 'stopped' ? 'it is scaled to 0' : undefined)),

  'services-ports': async (facts) => {
    const defects = (await facts.services()).flatMap((each): Defect[] => {
      const cause = portTrouble(each);
      return cause === undefined ? [] : [{ object: `service/${each.planned.name}`, cause }];
    });
    return judged(defects, 'all');
  },

  'services-image': overServices(({ service }) => {
    const image = imageOf(service);
    const { planned } = service;
    return image === undefined || image === planned.image
      ? undefined
      : `its image is ${image}, and should be ${planned.image}`;
  }),

  'services-ready': async (facts) => {
    const [looked, { serverMs }] = await Promise.all([lookAll(facts), facts.dates()]);
    const defects = looked.flatMap(({ service, state, answer }): Defect[] => {
      if (state !== 'not ready') return [];
      const { cause = 'it is not ready', evidence = [], ...more } = service.trouble ?? {};
      const isStarting = runningMs(service, serverMs) !== undefined && answer && !isGood(answer);
      const start = isStarting ? [`${describeRun(service, serverMs)}, and: ${wordsOf(answer)}`] : [];
      return [{ object: service.planned.name, cause, evidence: [...start, ...evidence], ...more }];
    });
    return judged(defects, `${looked.filter(({ state }) => state === 'ready').length} services`);
  },

  'services-answer': async (facts) => {
    const [looked, { serverMs }] = await Promise.all([lookAll(facts), facts.dates()]);
    const defects = looked.flatMap(({ service, state, answer }): Defect[] => {
      // Where the Service leads elsewhere, an answer says nothing about the process.
      if (state !== 'hung' || !answer || portTrouble(service) !== undefined) return [];
      return [{ object: service.planned.name, cause: `${describeRun(service, serverMs)}, but: ${wordsOf(answer)}` }];
    });
    return judged(defects, `${looked.filter(({ answer }) => answer && isGood(answer)).length} services`);
  },

  'services-restarts': async (facts) => {
    const [services, { serverMs }] = await Promise.all([facts.services(), facts.dates()]);
    const defects = services.flatMap(({ planned, pod }): Defect[] => {
      const { lastState, restartCount = 0 } = (pod && containerOf(pod)) ?? {};
      const end = lastState?.terminated;
      const endedMs = Date.parse(end?.finishedAt ?? '') || 0;
      if (!end || serverMs - endedMs > recentMs || hasGoneWithNode(end)) return [];
      const ago = formatDuration(Math.max(0, serverMs - endedMs));
      return [
        {
          object: planned.name,
          cause: `it ended ${ago} ago with exit code ${end.exitCode} (${end.reason ?? 'no reason'}); restarts: ${restartCount}`,
        },
      ];
    });
    return judged(defects, 'none');
  },

  'services-memory': async (facts) => {
    const [services, { serverMs }] = await Promise.all([facts.services(), facts.dates()]);
    const defects = services.flatMap(({ planned, pod }): Defect[] => {
      const { state, lastState } = (pod && containerOf(pod)) ?? {};
      const end = [state?.terminated, lastState?.terminated].find((each) => each?.reason === 'OOMKilled');
      if (!end || serverMs - (Date.parse(end.finishedAt ?? '') || 0) > dayMs) return [];
      const limit = memoryLimitOf(pod, planned.name);
      return [{ object: planned.name, cause: `it needed more than its limit of ${limit}, at ${end.finishedAt}` }];
    });
    return judged(defects, 'none');
  },

  'services-version': async (facts) => {
    const [versions, services] = await Promise.all([facts.versions(), facts.services()]);
    const asked = services.filter(({ planned, isReady }) => isReady && versions.has(planned.name));
    const defects = asked.flatMap(({ planned }): Defect[] => {
      const answer = versions.get(planned.name);
      // Who doesn't answer at all is told elsewhere.
      if (!answer || 'silence' in answer) return [];
      const said = versionIn(answer);
      if (said === planned.row.version) return [];
      return [
        { object: planned.name, cause: `it says ${said ?? wordsOf(answer)}, and should be ${planned.row.version}` },
      ];
    });
    return judged(defects, `${asked.length} services`);
  },

  'database-answers': async (facts) => {
    const answers = [...(await facts.databaseAnswers())];
    const away = (await facts.services()).find(
      ({ planned: { row }, isReady }) => !isReady && (row.role === 'events' || row.role === 'metadata'),
    );
    if (answers.length === 0) return away ? unready(away.planned.name) : skipped('no service that could tell is there');
    const defects = answers.flatMap(([object, answer]): Defect[] =>
      isGood(answer) ? [] : [{ object, cause: wordsOf(answer) }],
    );
    return judged(defects, `asked through ${answers.map(([service]) => service).join(' and ')}`);
  },

  'database-users': async (facts) => {
    const looked = (await lookAll(facts)).filter(({ service }) => service.planned.row.users !== undefined);
    if (looked.length === 0) return skipped('this database has no users');
    const away = looked.find(({ state }) => state !== 'ready' && state !== 'without users');
    if (away) return unready(away.service.planned.name);
    const defects = looked.flatMap(({ service, state }): Defect[] =>
      state === 'without users'
        ? [
            {
              object: service.planned.name,
              cause: `it runs, but hasn't its ${service.planned.row.users} users`,
              ...(service.trouble ? { evidence: service.trouble.evidence } : {}),
            },
          ]
        : [],
    );
    return judged(defects, looked.map(({ service }) => `${service.planned.row.users} users`).join());
  },
};

/** What a service says of itself in `/api/version`. */
export function versionIn(answer: Answer): string | undefined {
  if (!isGood(answer) || !('body' in answer)) return undefined;
  try {
    const { version } = JSON.parse(answer.body) as { readonly version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

/** A check that judges each service by itself. */
function overServices(causeOf: (looked: Looked) => string | undefined): Probe<VerifyFacts> {
  return async (facts): Promise<Finding> => {
    const looked = await lookAll(facts);
    const defects = looked.flatMap((each): Defect[] => {
      const cause = causeOf(each);
      return cause === undefined ? [] : [{ object: each.service.planned.name, cause }];
    });
    return judged(defects, `${looked.length} services`);
  };
}

async function lookAll(facts: VerifyFacts): Promise<readonly Looked[]> {
  const [services, answers, { serverMs }] = await Promise.all([facts.services(), facts.answers(), facts.dates()]);
  return services.map((service) => {
    const answer = answers.get(service.planned.name);
    return { service, answer, state: stateOf(service, answer, serverMs) };
  });
}

function imageOf({ deployment, planned }: ServiceFacts): string | undefined {
  const template = deployment?.spec.template as
    | { readonly spec?: { readonly containers?: readonly { readonly name: string; readonly image?: string }[] } }
    | undefined;
  return template?.spec?.containers?.find(({ name }) => name === planned.name)?.image;
}

/** After a power cut the runtime finds containers of which it only knows that they are no more. */
function hasGoneWithNode({ reason, exitCode }: { readonly reason?: string; readonly exitCode: number }): boolean {
  return reason === 'Unknown' && exitCode === 255;
}
