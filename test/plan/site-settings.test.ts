import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleSettings } from '../../src/plan/site-settings.ts';
import { fujiPlan } from '../support/fuji.ts';

const service = 'edgex-app-service-configurable-mqtt-export';
const path = 'Writable/Pipeline/Functions/MQTTSend/Addressable/Address';
const { services } = fujiPlan({ with: ['mqtt-export'] });

test("a site's own settings are asked for until somebody gives them", () => {
  assert.deepEqual(exampleSettings(services, {}), [{ service, setting: `mqtt-export/${path}` }]);
  assert.deepEqual(exampleSettings(services, { [service]: { [path]: 'broker.local' } }), []);
  assert.deepEqual(exampleSettings(fujiPlan().services, {}), []);
});

test('such a setting is one that the service has', () => {
  const overrides = { [service]: { [path]: 'broker.local' } };
  assert.doesNotThrow(() => fujiPlan({ with: ['mqtt-export'], overrides }));
});
