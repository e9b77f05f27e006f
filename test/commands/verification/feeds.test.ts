import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BootError } from '../../../src/base/errors.ts';
import { readFeeds } from '../../../src/commands/verification/feeds.ts';
import { KubeError } from '../../../src/kube/errors.ts';
import type { HttpAnswer } from '../../../src/kube/types.ts';
import { fakeReach } from '../../consul/fakes.ts';
import { plan, serviceFacts } from '../../verify/healthy-facts.ts';

const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' } };
const reach = { ...fakeReach(() => ({ status: 200, body: '' })), way: 'proxy' } as const;

/** What is seen of the one feed that there is, when the API server says this. */
async function seen(proxy: () => Promise<HttpAnswer>, ports = [{ port: 48100 }, { port: 5566 }]): Promise<string> {
  const service = { ...object, spec: { ports } };
  const services = plan.services.map((planned) => serviceFacts(planned, { service }));
  const [feed, ...others] = await readFeeds(services, { namespace: 'edgex', reach, kube: { proxy } });
  assert.ok(feed && others.length === 0);
  return `${feed.isListening}: ${feed.detail}`;
}

const says = (status: number, message: string) => async () => ({
  status,
  body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: status }),
});
const failing = (trouble: 'slow' | 'refused') => () =>
  Promise.reject(new KubeError({ exit: 'cluster', object: 'API server x', cause: trouble }, { trouble }));

describe('the way of events past the registry, through the API server', () => {
  it('is open where somebody answers who speaks no HTTP, or who has not ended when we give up', async () => {
    const broken = 'error trying to reach service: malformed HTTP response "\\xff\\x00"';
    assert.equal(await seen(says(503, broken)), 'true: accepts');
    assert.equal(await seen(async () => ({ status: 502, body: `${broken}\n` })), 'true: accepts');
    assert.equal(await seen(failing('slow')), 'true: accepts');
  });

  it('is not where the Service lacks the port, and then nobody is asked', async () => {
    const never = () => Promise.reject(new Error('asked'));
    assert.equal(await seen(never, [{ port: 48100 }]), 'false: the Service lacks the port');
  });

  it('is not where the API server says anything else', async () => {
    const answers = {
      'dial tcp 10.42.0.9:5566: connect: connection refused': 503,
      'no endpoints available for service "x"': 503,
      'services "x:5566" is forbidden: User "y" cannot get resource "services/proxy"': 403,
    };
    for (const [message, status] of Object.entries(answers)) {
      assert.equal(await seen(says(status, message)), `false: ${message}`);
    }
    assert.equal(await seen(failing('refused')), 'false: refused');
    const other = new BootError({ exit: 'cluster', object: 'x', cause: 'it broke' });
    assert.equal(await seen(() => Promise.reject(other)), 'false: it broke');
  });
});
