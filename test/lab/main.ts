import { labDown, labStatus, labUp, theLab } from './lab.ts';
import { kubectlPath } from './parts.ts';

const usage = `npm run lab COMMAND
  up            start the lab, or what of it isn't running; the last line is KUBECONFIG=...
  down          stop it and remove all of it from this machine, but not the cache
  status        tell what runs; exit code 1 when the lab isn't up
  kill NODE     a power cut: end all that runs on a node, at once
  start NODE    switch a node on again
  join NODE     add a second node: node2
  leave NODE    take it out again, with its pods and its disk
  images        make the images again, after a change in the stand-ins
`;

const commands: Readonly<Record<string, (argument: string) => void | Promise<void>>> = {
  up: async () => {
    const { kubeconfig } = await labUp();
    console.log(`KUBECONFIG=${kubeconfig}`);
  },
  down: () => labDown(),
  status,
  kill: (node) => theLab().nodeKill(node),
  start: (node) => theLab().nodeStart(node),
  join: (node) => theLab().nodeJoin(node),
  leave: (node) => theLab().nodeLeave(node),
  images: async () => {
    const changed = await theLab().importImages();
    console.log(changed.length > 0 ? changed.join('\n') : 'nothing changed');
  },
};

function status(): void {
  const { state, dead, kubeconfig } = labStatus();
  if (state === 'down') console.log('the lab is down');
  if (state === 'partial') console.log(`not running: ${dead.join(', ')}; \`npm run lab up\` starts it again`);
  if (state !== 'down') console.log(`kubectl: ${kubectlPath}\nKUBECONFIG=${kubeconfig}`);
  process.exitCode = state === 'up' ? 0 : 1;
}

const [name = '', argument = ''] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command) {
  try {
    await command(argument);
  } catch (error) {
    console.error(`lab: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
} else {
  process.stderr.write(usage);
  process.exitCode = 2;
}
