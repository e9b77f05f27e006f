import type { TextRule } from './row.ts';

/** What texts must look like. */

export const namespaceRule: TextRule = {
  pattern: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  expected: '1 to 63 lower-case letters, digits and dashes, with a letter or digit at both ends',
};

/** Absolute, without `.` and `..`, and without a slash at its end. */
const path = String.raw`(/(?!\.{1,2}(/|$))[^/:\s]+)+`;
const server = String.raw`([A-Za-z\d]([-.A-Za-z\d]*[A-Za-z\d])?|\[[\dA-Fa-f:.]+\])`;

export const storageRule: TextRule = {
  pattern: new RegExp(
    `^(auto|existing|local(:${path})?|nfs://${server}(/|${path})|class:[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)$`,
  ),
  expected: 'auto, local, local:/ABSOLUTE/PATH, nfs://SERVER/EXPORT, class:NAME or existing',
  words: ['auto', 'local', 'existing'],
};

export const registryRule: TextRule = {
  pattern: /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]([-._a-z0-9]*[a-z0-9])?)*$/,
  expected: 'HOST, HOST:PORT or either with /PREFIX, in lower case and without https://',
};

export const brokerRule: TextRule = {
  pattern: /^(auto|[a-z]+:\/\/\S+)$/,
  expected: 'the URL of a broker, like mqtt://192.168.1.5:1883 or mqtts://broker.example.com, or nothing',
  words: ['auto'],
};

/** No quotes and no blanks: these go into scripts and units. */
export const urlRule: TextRule = {
  pattern: /^https?:\/\/[-\w.:[\]]+(\/[-\w.~%/?&=+,@:]*)?$/,
  expected: 'an address like https://host/path',
};
export const sha256Rule: TextRule = { pattern: /^[0-9a-f]{64}$/, expected: 'the 64 hexadecimal digits of a SHA-256' };
export const k3sRule: TextRule = {
  pattern: /^(\/[-\w./+]+|https:\/\/[-\w.:[\]]+\/[-\w.~%/?&=+,@:]*#sha256=[0-9a-f]{64})$/,
  expected: '/PATH of k3s or of its installer, or https://HOST/PATH#sha256=DIGEST',
};
