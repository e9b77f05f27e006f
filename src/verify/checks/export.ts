import { formatDuration } from '../../base/time.ts';
import { formatBroker } from '../../mqtt/address.ts';
import { type DeviceFlow, lossesIn } from '../export-flow.ts';
import type { BrokerOrigin, ExportTrial, SettingsComparison, TrialBroker, TrialFlow } from '../export-trial.ts';
import { type Finding, failed, passed } from '../finding.ts';
import type { Probe } from '../run-checks.ts';

/** What these checks judge. */
export interface ExportFacts {
  exportTrial(): Promise<ExportTrial>;
}

const origins: Readonly<Record<BrokerOrigin, string>> = {
  given: 'as given',
  configured: 'as the export service has it',
  found: 'found in the namespace',
  host: 'started on this machine',
  cluster: 'started in the cluster',
};

/** The probes of category export, by code. */
export const exportProbes: Readonly<Record<string, Probe<ExportFacts>>> = {
  'export-broker': async (facts) => {
    const trial = await facts.exportTrial();
    const { address, origin } = await trial.broker();
    return passed(`${formatBroker(address)}, ${origins[origin]}`);
  },

  'export-connects': async (facts) => {
    const trial = await facts.exportTrial();
    const { version } = await trial.connection();
    const { topic } = await trial.broker();
    return passed(`MQTT ${version}, topic ${topic}`);
  },

  'export-service': async (facts) => {
    const trial = await facts.exportTrial();
    const { name, wasThere } = await trial.service();
    return passed(wasThere ? `${name}, which was there` : `${name}, rolled out for this check`);
  },

  'export-configured': async (facts) => judgeSettings(await (await facts.exportTrial()).settings()),

  'export-reachable': async (facts) => {
    const trial = await facts.exportTrial();
    return judgeReach(await trial.flow(), await trial.broker());
  },

  'export-arrives': async (facts) => {
    const trial = await facts.exportTrial();
    return judgeArrival(await trial.flow(), await trial.broker());
  },

  'export-complete': async (facts) => judgeLosses(await (await facts.exportTrial()).flow()),
};

const wantedBy: Readonly<Record<SettingsComparison['wantedBy'], string>> = {
  environment: 'its environment, which Fuji reads at the very first start only; afterwards its keys in Consul win',
  registry: 'Consul',
  options: 'the options of this check',
};

function judgeSettings({ differences, wantedBy: source, remedy }: SettingsComparison): Finding {
  if (differences.length === 0) return passed('as wanted');
  const lines = differences.map(
    ({ field, wanted, found }) => `${field} is ${found || 'empty'}, not ${wanted || 'empty'}`,
  );
  return failed(`not as ${wantedBy[source]} says: ${lines.join('; ')}`, { hint: remedy });
}

function judgeReach({ silence }: TrialFlow, { address }: TrialBroker): Finding {
  if (!silence) return passed('events come');
  const { podReach, isComplaining, log } = silence;
  if (!podReach.isReached) {
    return failed(`pods get no connection to ${formatBroker(address)}, though it can be reached from here`, {
      evidence: [podReach.words, ...log],
    });
  }
  if (!isComplaining) return passed('a pod gets a connection');
  return failed(`pods get a connection to ${formatBroker(address)}, but the export service is not let in`, {
    evidence: log,
    hint: 'Check its user and password, and for TLS whether its image trusts the authority of the broker.',
  });
}

function judgeArrival(flow: TrialFlow, { topic }: TrialBroker): Finding {
  const { firstEventMs, silence, stored, elapsedMs, latency } = flow;
  const notes = dismissedLines(flow);
  if (firstEventMs !== undefined) {
    const delay = latency ? `, ${latency.medianMs} ms on the way (at most ${latency.maxMs} ms)` : '';
    const each = flow.devices.map(({ device, arrived }) => `${device} ${arrived}`);
    return passed(`the first after ${formatDuration(firstEventMs)}${delay}; ${each.join(', ')}`, { evidence: notes });
  }
  const none = `none in ${formatDuration(elapsedMs)}`;
  const evidence = [...notes, ...(silence?.log ?? [])];
  if (flow.dismissed.old > 0) {
    return failed(`${none} that was made after the start by its own clock, though ${flow.dismissed.old} came`, {
      evidence,
      hint: 'Check that the clocks of this machine and of the nodes agree.',
    });
  }
  if (stored === 0) {
    return failed(`${none}; core-data has stored none either, so there is nothing to export`, {
      evidence,
      hint: 'Look at the checks of category data first.',
    });
  }
  if (silence?.canary === 'unheard') {
    return failed(
      `${none}, though ${stored} were stored; this user may not read topic ${topic}: the broker silently passes nothing on`,
      {
        evidence: notes,
        hint: "Allow it in the broker's access list, or name another user with --mqtt-username.",
      },
    );
  }
  return failed(`${none}, though ${stored} were stored: the export service publishes nothing`, { evidence });
}

function judgeLosses(flow: TrialFlow): Finding {
  const lost = lossesIn(flow);
  const stored = flow.devices.reduce((sum, device) => sum + device.stored, 0);
  if (lost === 0) return passed(`all ${stored} that core-data has stored`);
  return failed(`${lost} of ${stored} did not come`, { evidence: flow.devices.filter(isShort).map(describeDevice) });
}

function isShort({ stored, arrived }: DeviceFlow): boolean {
  return arrived < stored;
}

function describeDevice({ device, stored, arrived }: DeviceFlow): string {
  return `${device}: ${stored} stored, ${arrived} came`;
}

function dismissedLines({ dismissed: { retained, old, foreign, newestOldMs } }: TrialFlow): readonly string[] {
  return [
    ...(retained > 0 ? [`${retained} retained by the broker, which prove nothing`] : []),
    ...(old > 0 ? [`${old} made before the start, the newest at ${new Date(newestOldMs ?? 0).toISOString()}`] : []),
    ...(foreign > 0 ? [`${foreign} that are no events of EdgeX`] : []),
  ];
}
