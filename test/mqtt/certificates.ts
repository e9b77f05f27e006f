import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An authority that signs certificates, with everything it makes in a directory. */
export interface Authority {
  /** Path of its own certificate. */
  readonly certificate: string;
  /**
   * Makes a key and signs its certificate. Returns the paths of both.
   * @param names as in `IP:127.0.0.1,DNS:broker`
   * @param validity in the form of OpenSSL: `20200101000000Z`
   */
  sign(names: string, validity?: Validity): { readonly cert: string; readonly key: string };
}

interface Validity {
  readonly from: string;
  readonly to: string;
}

const ecKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const oneDay = ['-days', '1'];

/** Makes an authority in a directory of its own, which must not exist. */
export function makeAuthority(directory: string): Authority {
  mkdirSync(directory, { recursive: true });
  const file = (name: string): string => join(directory, name);
  const openssl = (args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  let signed = 0;
  openssl(['req', '-x509', ...ecKey, ...oneDay, '-subj', '/CN=authority', '-keyout', 'ca.key', '-out', 'ca.pem']);
  writeFileSync(file('index.txt'), '');
  writeFileSync(file('index.txt.attr'), 'unique_subject = no\n');
  writeFileSync(file('serial'), '01\n');
  writeFileSync(file('ca.conf'), caConf);
  return {
    certificate: file('ca.pem'),
    sign: (names, validity) => {
      const name = `signed-${++signed}`;
      const request = [
        'req',
        '-new',
        ...ecKey,
        '-subj',
        `/CN=${name}`,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.csr`,
      ];
      openssl(request);
      writeFileSync(file(`${name}.ext`), `subjectAltName=${names}\n`);
      const dates = validity ? ['-startdate', validity.from, '-enddate', validity.to] : oneDay;
      const signing = ['ca', '-batch', '-notext', '-config', 'ca.conf', '-extfile', `${name}.ext`, ...dates];
      openssl([...signing, '-in', `${name}.csr`, '-out', `${name}.pem`]);
      return { cert: file(`${name}.pem`), key: file(`${name}.key`) };
    },
  };
}

const caConf = `
[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
serial = serial
default_md = sha256
policy = any
[any]
commonName = supplied
`;
