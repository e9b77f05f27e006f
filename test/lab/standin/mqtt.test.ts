import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeMqttSender } from './app/mqtt.ts';
import { parseFaults } from './faults.ts';
import { makeLog } from './log.ts';
import { makeStage } from './stage.ts';
import { startBroker } from './support/broker.ts';
import { freePorts, until } from './support/run.ts';

const path = 'Writable/Pipeline/Functions/MQTTSend';

function settingsFor(port: number, qos: string) {
  return {
    [`${path}/Addressable/Protocol`]: 'tcp',
    [`${path}/Addressable/Address`]: '127.0.0.1',
    [`${path}/Addressable/Port`]: String(port),
    [`${path}/Addressable/Topic`]: 'topic',
    [`${path}/Parameters/qos`]: qos,
  };
}

test('a message on its way when the connection breaks is dropped, and holds up none that follows', {
  timeout: 30_000,
}, async (t) => {
  const lines: string[] = [];
  const log = makeLog('app', (line) => lines.push(line));
  const send = makeMqttSender(makeStage({ args: [], env: {}, faults: parseFaults(undefined), log }));
  const [port = 0] = await freePorts(1);
  const broker = await startBroker(port, { acknowledges: false });
  t.after(broker.close);
  const settings = settingsFor(port, '1');
  const onItsWay = send('1', settings);
  const behindIt = send('2', settings);
  await until('the first message arrives', () => broker.messages.length > 0);
  broker.close();
  assert.equal(await onItsWay, false);
  assert.equal(await behindIt, false);
  assert.equal(lines.filter((line) => line.includes('Could not connect to mqtt server, drop event')).length, 2);

  const back = await startBroker(port);
  t.after(back.close);
  assert.equal(await send('3', settings), true);
  assert.deepEqual(back.messages, [{ topic: 'topic', payload: '3' }]);
});
