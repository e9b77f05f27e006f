import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiServiceIp, apiUrl, hostIp } from './addresses.ts';
import { treeCommand } from './packages.ts';
import { kubeconfigPath, nodeName, stateDir } from './places.ts';
import { run } from './run.ts';

export const pkiDir = join(stateDir, 'pki');

interface Certificate {
  readonly name: string;
  /** `CN` is the user and `O` the group that Kubernetes sees. */
  readonly subject: string;
  /** The names that a server answers to; a client has none. */
  readonly altNames?: string;
}

const apiNames = [
  ...['', '.default', '.default.svc', '.default.svc.cluster.local'].map((tail) => `DNS:kubernetes${tail}`),
  ...['DNS:localhost', `IP:${hostIp}`, `IP:${apiServiceIp}`, 'IP:127.0.0.1'],
].join(',');

const certificates: readonly Certificate[] = [
  { name: 'apiserver', subject: '/CN=kube-apiserver', altNames: apiNames },
  { name: 'kubelet-client', subject: '/O=system:masters/CN=apiserver-kubelet-client' },
  { name: 'admin', subject: '/O=system:masters/CN=admin' },
  { name: 'controller-manager', subject: '/O=system:masters/CN=system:kube-controller-manager' },
  { name: 'scheduler', subject: '/O=system:masters/CN=system:kube-scheduler' },
  { name: 'kube-proxy', subject: '/CN=system:kube-proxy' },
];

const withKubeconfig = ['controller-manager', 'scheduler', 'kube-proxy'];

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];

/** Where a component's kubeconfig is. */
export const kubeconfigOf = (name: string): string => join(stateDir, `${name}.kubeconfig`);

/** All that {@link ensureNodePki} makes. */
export const nodePkiFiles = (index: number): readonly string[] => {
  const name = nodeName(index);
  return [kubeconfigOf(name), ...['key', 'crt'].map((type) => join(pkiDir, `${name}.${type}`))];
};

/** Makes the cluster's keys and certificates and the kubeconfigs of its components; keeps what is there. */
export async function ensurePki(tree: string): Promise<void> {
  if (existsSync(kubeconfigPath)) return;
  await mkdir(pkiDir, { recursive: true, mode: 0o700 });
  await openssl(tree, ['req', '-x509', ...newKey, '-subj', '/CN=edgex-boot-lab', ...extensions(ca), ...output('ca')]);
  await openssl(tree, ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'sa.key']);
  await openssl(tree, ['ec', '-in', 'sa.key', '-pubout', '-out', 'sa.pub']);
  await Promise.all(certificates.map((certificate) => sign(tree, certificate)));
  for (const name of withKubeconfig) await writeKubeconfig(name, kubeconfigOf(name));
  await writeKubeconfig('admin', kubeconfigPath);
}

/** The same for a node: its kubelet is the user `system:node:NAME`. */
export async function ensureNodePki(tree: string, index: number): Promise<void> {
  const name = nodeName(index);
  if (existsSync(kubeconfigOf(name))) return;
  await sign(tree, { name, subject: `/O=system:nodes/CN=system:node:${name}` });
  await writeKubeconfig(name, kubeconfigOf(name));
}

const ca = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];

function sign(tree: string, { name, subject, altNames }: Certificate): Promise<void> {
  const use = ['basicConstraints=critical,CA:FALSE', 'keyUsage=digitalSignature'];
  const more = altNames
    ? ['extendedKeyUsage=serverAuth', `subjectAltName=${altNames}`]
    : ['extendedKeyUsage=clientAuth'];
  const issuer = ['-CA', 'ca.crt', '-CAkey', 'ca.key'];
  return openssl(tree, [
    'req',
    '-x509',
    ...newKey,
    '-subj',
    subject,
    ...extensions([...use, ...more]),
    ...issuer,
    ...output(name),
  ]);
}

const extensions = (list: readonly string[]): readonly string[] => list.flatMap((entry) => ['-addext', entry]);
const output = (name: string): readonly string[] => ['-days', '3650', '-keyout', `${name}.key`, '-out', `${name}.crt`];

async function openssl(tree: string, args: readonly string[]): Promise<void> {
  await run([...treeCommand(tree, 'usr/bin/openssl'), ...args], {
    cwd: pkiDir,
    env: { ...process.env, OPENSSL_CONF: join(tree, 'etc/ssl/openssl.cnf') },
  });
}

async function writeKubeconfig(name: string, path: string): Promise<void> {
  const base64 = async (file: string) => (await readFile(join(pkiDir, file))).toString('base64');
  const [authority, certificate, key] = await Promise.all(['ca.crt', `${name}.crt`, `${name}.key`].map(base64));
  const text = `apiVersion: v1
kind: Config
clusters:
  - name: edgex-boot-lab
    cluster: { server: "${apiUrl}", certificate-authority-data: ${authority} }
users:
  - name: ${name}
    user: { client-certificate-data: ${certificate}, client-key-data: ${key} }
contexts:
  - name: edgex-boot-lab
    context: { cluster: edgex-boot-lab, user: ${name} }
current-context: edgex-boot-lab
`;
  await writeFile(path, text, { mode: 0o600 });
}
