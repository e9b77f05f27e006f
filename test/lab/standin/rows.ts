import { playAppService } from './app/service.ts';
import { openAgent } from './core/agent.ts';
import { openCommand } from './core/command.ts';
import { openData } from './core/data.ts';
import { openLogging } from './core/logging.ts';
import { openMetadata } from './core/metadata.ts';
import { openNotifications } from './core/notifications.ts';
import { openScheduler } from './core/scheduler.ts';
import { type CoreRow, playCore } from './core/service.ts';
import { playDeviceVirtual } from './device/virtual.ts';
import { playMongo } from './mongo/server.ts';
import { playMongoShell } from './mongo/shell.ts';
import { playRulesEngine } from './other/rulesengine.ts';
import { playUi } from './other/ui.ts';
import { text } from './registry/settings.ts';
import { playConfigSeed } from './seed/config-seed.ts';
import { forever, type Play } from './stage.ts';

export interface Row {
  readonly play: Play;
  /** What its log lines are signed with. */
  readonly app: string;
  /** The command line of the image, which a container's own arguments replace. */
  readonly args?: readonly string[];
  /** The original's first process doesn't pass SIGTERM on: it is killed after the grace period. */
  readonly ignoresStop?: boolean;
}

function core(name: string, port: number, open: CoreRow['open'], more: Partial<CoreRow> = {}): Row {
  const key = `edgex-${name}`;
  return { app: key, play: playCore({ key, host: key, port, open, usesDatabase: () => true, ...more }) };
}

/** Every image of the release that the lab plays, by its short name. */
export const rows: Readonly<Record<string, Row>> = {
  'docker-core-data-go': core('core-data', 48080, openData),
  'docker-core-metadata-go': core('core-metadata', 48081, openMetadata),
  'docker-core-command-go': core('core-command', 48082, openCommand),
  'docker-support-logging-go': core('support-logging', 48061, openLogging, {
    usesDatabase: (settings) => text(settings, 'Writable/Persistence') === 'database',
  }),
  'docker-support-notifications-go': core('support-notifications', 48060, openNotifications),
  'docker-support-scheduler-go': core('support-scheduler', 48085, openScheduler),
  'docker-sys-mgmt-agent-go': core('sys-mgmt-agent', 48090, openAgent, {
    usesDatabase: () => false,
    ownConfig: false,
  }),
  'docker-app-service-configurable': {
    app: 'app-service-configurable',
    play: playAppService,
    args: ['--registry', '--profile=OVERWRITEME', '--confdir=/res'],
  },
  'docker-device-virtual-go': {
    app: 'device-virtual',
    play: playDeviceVirtual,
    args: ['--profile=docker', '--confdir=/res', '--registry=consul://edgex-core-consul:8500'],
  },
  'docker-support-rulesengine': { app: 'edgex-support-rulesengine', play: playRulesEngine, ignoresStop: true },
  'docker-edgex-mongo': { app: 'edgex-mongo', play: playMongo, ignoresStop: true },
  'mongo-shell': { app: 'mongo', play: playMongoShell },
  'docker-core-config-seed-go': {
    app: 'edgex-config-seed',
    play: playConfigSeed,
    args: ['--profile=docker', '--cmd=/edgex/cmd'],
  },
  'docker-edgex-volume': { app: 'edgex-files', play: forever },
  'docker-edgex-ui-go': { app: 'edgex-ui-go', play: playUi },
};
