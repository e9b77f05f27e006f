import { labDown, labStatus, labUp } from './lab.ts';

const usage = `npm run lab up|down|status
  up      start the lab, or what of it isn't running; the last line is KUBECONFIG=...
  down    stop it and remove all of it from this machine, but not the cache
  status  tell what runs; exit code 1 when the lab isn't up
`;

async function up(): Promise<void> {
  const { kubeconfig } = await labUp();
  console.log(`KUBECONFIG=${kubeconfig}`);
}

function status(): void {
  const { state, dead, kubeconfig } = labStatus();
  if (state === 'down') console.log('the lab is down');
  if (state === 'partial') console.log(`not running: ${dead.join(', ')}; \`npm run lab up\` starts it again`);
  if (state !== 'down') console.log(`KUBECONFIG=${kubeconfig}`);
  process.exitCode = state === 'up' ? 0 : 1;
}

const commands: Readonly<Record<string, () => void | Promise<void>>> = { up, down: () => labDown(), status };

const command = commands[process.argv[2] ?? ''];
if (command) {
  try {
    await command();
  } catch (error) {
    console.error(`lab: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
} else {
  process.stderr.write(usage);
  process.exitCode = 2;
}
