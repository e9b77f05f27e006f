import { memoryLimitOf } from '../base/kube-types.ts';
import type { Finding } from './causes.ts';
import type { ServiceView } from './views.ts';

/** Causes in people's words: titles and hints of causes.yaml with their placeholders filled in. */

/** The words that titles and hints may name, as `{word}`. */
export const placeholders = [
  'service',
  'namespace',
  'pod',
  'node',
  'container',
  'image',
  'limit',
  'claim',
  'exitCode',
  'restarts',
  'message',
] as const;

type Words = Readonly<Record<(typeof placeholders)[number], string>>;

/** The cause in one line. */
export function describeFinding(finding: Finding, view: ServiceView): string {
  return fill(finding.cause.title, wordsOf(finding, view));
}

/** What to do about it. */
export function hintOf(finding: Finding, view: ServiceView): string | undefined {
  return finding.cause.hint && fill(finding.cause.hint, wordsOf(finding, view));
}

function wordsOf({ symptom, message = '' }: Finding, view: ServiceView): Words {
  const pod = view.pod ?? view.leaving[0] ?? view.ended[0];
  const [main] = pod?.spec.containers ?? [];
  const container = symptom.container ?? main?.name ?? view.service;
  return {
    service: view.service,
    namespace: view.namespace,
    pod: pod?.metadata.name ?? `-l app.kubernetes.io/name=${view.service}`,
    node: pod?.spec.nodeName ?? 'NODE',
    container,
    image: symptom.image ?? main?.image ?? 'its image',
    limit: memoryLimitOf(pod, container),
    claim: symptom.claim ?? (view.claims.join(', ') || 'NAME'),
    exitCode: String(symptom.exitCode ?? 'unknown'),
    restarts: String(symptom.restarts ?? 0),
    message: cleanMessage(message),
  };
}

function fill(text: string, words: Words): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (isPlaceholder(name) ? words[name] : whole));
}

function isPlaceholder(name: string): name is keyof Words {
  return (placeholders as readonly string[]).includes(name);
}

/** What Kubernetes and the container runtime repeat around the words that matter. */
const noise: readonly RegExp[] = [
  /^(\(combined from similar events\): )?(Error creating: )?pods "[^"]*" is forbidden: /,
  /Back-off pulling image "[^"]*": ErrImagePull: /,
  /rpc error: code = \w+ desc = /g,
  /failed to (pull and unpack image|resolve reference|copy|pull image) "[^"]*": /gi,
  /failed to do request: /g,
  /failed to create (containerd|shim) task: /g,
  /OCI runtime create failed: runc create failed: unable to start container process: /g,
  /^MountVolume\.SetUp failed for volume "[^"]*" : mount failed: exit status \d+ Mounting command: .*? Output: /,
  /: unknown$/,
  / or manually by the system administrator\. If volume creation is delayed, .*$/,
  /,? ?(no new claims to deallocate,? )?preemption: .*$/,
  / \(pod: "[^"]*", container: [^)]*\)/,
  / in pod \S+_\S+\([-0-9a-f]+\)/,
  /:$/,
];

const maxLength = 400;

/** A message of Kubernetes in one line, without what it repeats. */
export function cleanMessage(message: string): string {
  const line = noise.reduce((words, each) => words.replace(each, ''), message.replace(/\s+/g, ' ').trim()).trim();
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
}
