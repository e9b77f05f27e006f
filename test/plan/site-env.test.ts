import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { isBootError } from '../../src/base/errors.ts';
import { loadRelease } from '../../src/commands/release.ts';
import { readSite } from '../../src/commands/site.ts';
import { resolveOptions } from '../../src/options/resolve.ts';
import { settingsInEnv } from '../../src/plan/site-env.ts';
import { layOver } from '../../src/plan/site-release.ts';
import { fuji, fujiTrees } from '../support/fuji.ts';

function found(text: string): readonly string[] {
  const { site, source } = readSite('site.yaml', text).site;
  return settingsInEnv(layOver(fuji(), site, source, () => '').release, fujiTrees(), site, source);
}

function refused(text: string, object: string, hint: RegExp): void {
  assert.throws(
    () => found(text),
    (error) => {
      assert.ok(isBootError(error), String(error));
      assert.equal(error.details.exit, 'usage');
      assert.equal(error.details.object, object);
      assert.match(error.details.cause, /never takes effect/);
      assert.match(error.details.hint ?? '', hint);
      return true;
    },
  );
}

describe('a setting given as environment', () => {
  it('is refused for a core service, with its line and where it belongs', () => {
    const text = 'services:\n  core-data:\n    env:\n      A: b\n      Writable_LogLevel: DEBUG';
    refused(
      text,
      'site.yaml:5: services.core-data.env.Writable_LogLevel',
      /under `settings`, as Writable\/LogLevel\.$/,
    );
  });

  it('is refused for an application service, which goes by Consul from its first start on', () => {
    const name = 'Writable_Pipeline_Functions_MQTTSend_Addressable_Topic';
    refused(
      `services: { mqtt-export: { env: { ${name}: plant7 } } }`,
      `site.yaml:1: services.mqtt-export.env.${name}`,
      /MQTTSend\/Addressable\/Topic/,
    );
  });

  it('is refused from a Secret, too, and settings are said to take none', () => {
    const name = 'Writable_Pipeline_Functions_MQTTSend_Addressable_Password';
    const text = `services: { mqtt-export: { env: { ${name}: { secret: s, key: k } } } }`;
    refused(text, `site.yaml:1: services.mqtt-export.env.${name}`, /take no Secret/);
  });

  it("is told of for a device service, the release's own and the site's, which takes it once", () => {
    const text = `
services:
  device-virtual: { env: { Writable_LogLevel: DEBUG } }
  device-modbus: { env: { Registry_Host: x, MODBUS_SPEED: 9600 } }
deviceServices:
  device-modbus: { image: x, port: 49991 }`;
    assert.deepEqual(found(text), [
      'site.yaml:3: services.device-virtual.env.Writable_LogLevel',
      'site.yaml:4: services.device-modbus.env.Registry_Host',
    ]);
  });

  it('is looked for wherever a site file is read', () => {
    const load = (text: string) => loadRelease(resolveOptions('render', [], {}, readSite('site.yaml', text)));
    assert.throws(() => load('services: { core-data: { env: { Writable_LogLevel: DEBUG } } }'), /never takes effect/);
    const { firstStartOnly } = load('services: { device-virtual: { env: { Writable_LogLevel: DEBUG } } }');
    assert.deepEqual(firstStartOnly, ['site.yaml:1: services.device-virtual.env.Writable_LogLevel']);
  });

  it('is not any other variable', () => {
    const others =
      '{ edgex_registry: x, EDGEX_SECURITY_SECRET_STORE: "true", GOGC: 50, writable_loglevel: DEBUG, Writable: x }';
    for (const service of ['core-data', 'mqtt-export', 'device-virtual', 'rules-engine', 'redis', 'ui']) {
      assert.deepEqual(found(`services: { ${service}: { env: ${others} } }`), []);
    }
  });

  it("is none in the documentation's example", () => {
    const page = readFileSync(new URL('../../docs/site.md', import.meta.url), 'utf8');
    const [, example = ''] = /^```yaml\n(.*?)^```$/ms.exec(page) ?? [];
    assert.ok(example.includes('env:'));
    assert.deepEqual(found(example), []);
  });
});
