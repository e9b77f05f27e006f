import type { Overrides } from './configuration.ts';
import type { PlannedService } from './types.ts';

/** A setting that works nowhere as the release has it. */
export interface ExampleSetting {
  readonly service: string;
  /** By the service's short name, as `--set` takes it. */
  readonly setting: string;
}

/** The settings that each site has its own value for, and that nobody has given one here. */
export function exampleSettings(services: readonly PlannedService[], overrides: Overrides): readonly ExampleSetting[] {
  return services.flatMap(({ name, row }) =>
    row.siteSettings
      .filter((path) => overrides[name]?.[path] === undefined)
      .map((path) => ({ service: name, setting: `${row.alias ?? name}/${path}` })),
  );
}
