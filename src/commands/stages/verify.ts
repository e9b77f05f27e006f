import { isBootError } from '../../base/errors.ts';
import type { Emit } from '../../base/events.ts';
import { consulStore } from '../../consul/kv.ts';
import { settleDeviceServices } from '../../verify/device-services.ts';
import { proveEvents } from '../../verify/prove.ts';
import { awaitReady } from './rollout.ts';
import { type Run, registryOf, settlePatience } from './run.ts';

/**
 * Loads the devices and waits for an event. When that fails, a service that has failed since it was ready is the better
 * reason.
 * @returns the writes that it took
 * @throws BootError as `settleDeviceServices`, `proveEvents` and `awaitRollout`
 */
export async function verify(run: Run): Promise<number> {
  try {
    return await settleAndProve(run);
  } catch (error) {
    if (isBootError(error) && !run.signal.aborted) await awaitReady({ ...run, emit: exceptReady(run.emit) });
    throw error;
  }
}

/** That a service is ready was told before. */
function exceptReady(emit: Emit): Emit {
  return (event) => {
    if (event.type !== 'service' || event.state !== 'ready') emit(event);
  };
}

async function settleAndProve(run: Run): Promise<number> {
  const { plan, kube, reach, trees, options, emit, signal } = run;
  const patience = () => settlePatience(signal);
  const writes = await settleDeviceServices(plan, {
    kube,
    reach,
    store: consulStore(reach, registryOf(plan), patience()),
    trees,
    patience,
    emit,
    awaitReady: (service) => awaitReady(run, [service]),
  });
  if (options.verify) await proveEvents(plan, { kube, reach, patience: patience(), emit });
  return writes;
}
