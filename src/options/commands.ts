/** The program's name, as usage texts and hints write it. */
export const programName = 'edgex-boot';

/** Name of a command to what it does, in the order of the help text. A name of two words is a command below another. */
export const commands = {
  install: 'detects, plans, applies, rolls out, seeds, and waits for the first event',
  plan: 'what install would change, field by field and key by key; changes nothing',
  verify: 'whether all is well, from the node up to events that arrive; changes nothing',
  status: 'what runs, since when, and where it is reached; waits for nothing',
  uninstall: 'takes everything away but the data, in reverse order',
  storage: 'what the data could be put on, and what install would take; changes nothing',
  render: 'the plain manifests, for kubectl apply or review; needs no cluster',
  'cloud-init': 'user-data for nodes that install themselves; needs no cluster',
  images: 'the images of the plan, for a mirror or an air gap; needs no cluster',
  backup: "Consul's keys and all volumes in one file; services are down meanwhile",
  restore: 'puts a backup back where nothing runs; install then starts it',
  'config render': 'the settings that go into Consul; needs no cluster',
  'config show': 'the value of each option, and where it comes from; needs no cluster',
  schema: 'the JSON Schema of a site file',
  completion: 'completion of commands and options for a shell',
} as const;

export type CommandName = keyof typeof commands;

/** Every command's name. */
export const commandNames = Object.keys(commands) as readonly CommandName[];

/** True for the name of a command. */
export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}
