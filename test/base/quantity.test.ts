import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, parseQuantity } from '../../src/base/quantity.ts';

const quantities: readonly (readonly [string, number | undefined])[] = [
  ['0', 0],
  ['128Mi', 134_217_728],
  ['264212084Ki', 270_553_174_016],
  ['1.5Gi', 1_610_612_736],
  ['10G', 10_000_000_000],
  ['12e6', 12_000_000],
  ['1E', 1e18],
  ['500m', 0.5],
  ['1Xi', undefined],
  ['toString', undefined],
  ['1toString', undefined],
  ['-1Gi', undefined],
  ['', undefined],
];
for (const [text, number] of quantities) {
  test(`'${text}' is ${number ?? 'no quantity'}`, () => assert.equal(parseQuantity(text), number));
}

const sizes: readonly (readonly [number, string])[] = [
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [29 * 2 ** 30, '29 GiB'],
  [999.6 * 2 ** 20, '1 GiB'],
  [9.97 * 2 ** 30, '10 GiB'],
  [2 ** 50, '1024 TiB'],
];
for (const [bytes, text] of sizes) {
  test(`${bytes} bytes are written as ${text}`, () => assert.equal(formatBytes(bytes), text));
}
