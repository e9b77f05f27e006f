import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullImageName, listImages, missingImages } from '../../src/plan/images.ts';
import { mirrored } from '../../src/plan/site-release.ts';
import { fuji } from '../support/fuji.ts';

const wish = { database: 'auto', with: [], without: [] } as const;

test('the images of each architecture, each once, with the database that it takes', () => {
  const { amd64 = [], arm64 = [] } = listImages(fuji(), wish);
  assert.ok(amd64.some((image) => image.includes('mongo')));
  assert.ok(!arm64.some((image) => image.includes('mongo')));
  assert.ok(arm64.some((image) => image.startsWith('redis:')));
  assert.equal(new Set(amd64).size, amd64.length);
  assert.ok(!amd64.some((image) => image.includes('-arm64')));
});

test('what is left out or asked for changes the list', () => {
  const { amd64 = [] } = listImages(fuji(), { ...wish, without: ['ui'] });
  assert.ok(!amd64.some((image) => image.includes('ui-go')));
});

test('a check of the export brings the service that exports, and a broker unless one is named', () => {
  const without = ['app-rules'];
  const list = (mqttCheck?: string) => listImages(fuji(), { ...wish, without, mqttCheck });
  const added = (mqttCheck: string) => {
    const { arm64: before = [] } = list();
    return list(mqttCheck).arm64?.filter((image) => !before.includes(image));
  };
  const { image: exporter } = fuji().services['edgex-app-service-configurable-mqtt-export'] ?? {};
  const service = typeof exporter === 'object' ? exporter.arm64 : exporter;
  assert.deepEqual(added('auto'), ['eclipse-mosquitto:1.6.8', service]);
  assert.deepEqual(added('mqtt://10.0.0.7'), [service]);
});

const names: Readonly<Record<string, string>> = {
  'redis:5': 'docker.io/library/redis:5',
  'edgexfoundry/x:1': 'docker.io/edgexfoundry/x:1',
  'mirror:5000/x:1': 'mirror:5000/x:1',
  'localhost/x': 'localhost/x',
  'registry.example/a/b@sha256:0': 'registry.example/a/b@sha256:0',
};

test('an image has one full name', () => {
  for (const [image, full] of Object.entries(names)) assert.equal(fullImageName(image), full);
});

test('a mirror takes the place of the registry, or of none', () => {
  const release = fuji();
  const image = (name: string) => mirrored(release, 'm:5000/p/').services[name]?.image;
  assert.equal(image('edgex-redis'), 'm:5000/p/redis:5.0.5-alpine');
  assert.match(JSON.stringify(image('edgex-core-data')), /"m:5000\/p\/edgexfoundry\/[^"]*-arm64:/);
  assert.equal(mirrored(release, undefined), release);
});

test('an image that any node has is not missing, however either of them writes it', () => {
  const nodes = [{ images: ['docker.io/library/redis:5'] }, { images: ['mirror:5000/x:1'] }];
  assert.deepEqual(missingImages(['redis:5', 'mirror:5000/x:1', 'a/b:1', 'a/b:1', 'm.example/c:1'], nodes), {
    images: ['a/b:1', 'm.example/c:1'],
    registries: ['docker.io', 'm.example'],
  });
});
