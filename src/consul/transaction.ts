import type { KeyOperation } from '../plan/seed.ts';

/** Consul before 1.14 takes no more operations in one transaction. */
const maxOperations = 64;
/** Its limit for the whole body is 512 KiB, unless it is configured lower. */
const maxBodyBytes = 400 * 1024;

/** Splits operations, in their order, into what one transaction takes. One that is too large by itself stays alone. */
export function batches(operations: readonly KeyOperation[]): (readonly KeyOperation[])[] {
  const result: KeyOperation[][] = [];
  let batch: KeyOperation[] = [];
  let bytes = 0;
  for (const operation of operations) {
    const size = encodedBytes(operation);
    if (batch.length === maxOperations || bytes + size > maxBodyBytes) batch = [];
    if (batch.length === 0) {
      result.push(batch);
      bytes = 0;
    }
    batch.push(operation);
    bytes += size;
  }
  return result;
}

/** The body of `PUT /v1/txn`. */
export function encodeBatch(batch: readonly KeyOperation[]): string {
  return `[${batch.map(encode).join(',')}]`;
}

function encode(operation: KeyOperation): string {
  const { key, index } = operation;
  return JSON.stringify({
    KV:
      operation.verb === 'write'
        ? { Verb: 'cas', Key: key, Index: index, Value: Buffer.from(operation.value).toString('base64') }
        : { Verb: 'delete-cas', Key: key, Index: index },
  });
}

function encodedBytes(operation: KeyOperation): number {
  return Buffer.byteLength(encode(operation)) + 1;
}
