import type { Event } from '../core/data.ts';
import { type Settings, text } from '../registry/settings.ts';
import type { Stage } from '../stage.ts';

/** Where events leave the service. */
export interface Outputs {
  /** To the message bus; it is what the rules engine reads. */
  readonly publish: (event: Event) => void;
  /** To the MQTT broker; false when the event is dropped. */
  readonly send: (message: string, settings: Settings) => Promise<boolean>;
  readonly markPushed: (event: Event) => Promise<void>;
}

type Step = (event: Event, settings: Settings, outputs: Outputs) => boolean | Promise<boolean>;

const functionsPath = 'Writable/Pipeline/Functions';

/** The pipeline functions by name. A step that answers false ends the way of its event. */
const steps: Readonly<Record<string, Step>> = {
  FilterByDeviceName: ({ device }, settings) => {
    const names = list(text(settings, `${functionsPath}/FilterByDeviceName/Parameters/DeviceNames`));
    return names.length === 0 || names.includes(device);
  },
  FilterByValueDescriptor: ({ readings }, settings) => {
    const names = list(text(settings, `${functionsPath}/FilterByValueDescriptor/Parameters/ValueDescriptors`));
    return names.length === 0 || readings.some(({ name }) => names.includes(name));
  },
  TransformToJSON: () => true,
  MQTTSend: (event, settings, outputs) => outputs.send(JSON.stringify(event), settings),
  MarkAsPushed: async (event, _settings, outputs) => {
    await outputs.markPushed(event);
    return true;
  },
  SetOutputData: (event, _settings, outputs) => {
    outputs.publish(event);
    return true;
  },
};

/** Takes an event through the functions of `ExecutionOrder`, as the settings stand now. */
export async function runPipeline(event: Event, settings: Settings, outputs: Outputs, stage: Stage): Promise<void> {
  for (const name of list(text(settings, 'Writable/Pipeline/ExecutionOrder'))) {
    const step = steps[name];
    if (!step) return stage.log.error(`function ${name} configuration not found in Pipeline.Functions section`);
    try {
      if (!(await step(event, settings, outputs))) return;
    } catch (error) {
      return stage.log.error(`Pipeline function ${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

function list(commaSeparated: string): readonly string[] {
  return commaSeparated
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
