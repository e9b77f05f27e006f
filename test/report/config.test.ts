import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderConfigJson, renderConfigText } from '../../src/report/config.ts';

const configurations = [
  { service: 'b', keys: { 'p/b/Port': '1', 'p/b/Host': '*' } },
  { service: 'a', keys: { 'p/a/Content': 'Device update: ', 'p/a/Empty': '' } },
];

test('JSON is one object over all services, its keys sorted', () => {
  assert.equal(
    renderConfigJson(configurations),
    '{\n  "p/a/Content": "Device update: ",\n  "p/a/Empty": "",\n  "p/b/Host": "*",\n  "p/b/Port": "1"\n}\n',
  );
});

test('JSON does not depend on the order of services and keys', () => {
  assert.equal(renderConfigJson([...configurations].reverse()), renderConfigJson(configurations));
});

test('text has a line per key, and quotes what one could not see', () => {
  assert.equal(
    renderConfigText(configurations),
    'p/a/Content = "Device update: "\np/a/Empty = ""\np/b/Host = *\np/b/Port = 1\n',
  );
});

test('nothing gives an empty object and no line', () => {
  assert.equal(renderConfigJson([]), '{}\n');
  assert.equal(renderConfigText([]), '');
});
