import type { StoragePlace } from './types.ts';

/** What `--storage` asks for; its grammar is the option table's. */
export type StorageWish =
  | { readonly kind: 'auto' }
  | { readonly kind: 'local'; readonly root?: string }
  | { readonly kind: 'nfs'; readonly server: string; readonly path: string }
  | { readonly kind: 'class'; readonly className: string }
  | { readonly kind: 'existing' };

/** Reads a value of `--storage` that the option table let through. */
export function parseWish(text: string): StorageWish {
  const nfs = /^nfs:\/\/([^/]+)(\/.*)$/.exec(text);
  if (nfs) return { kind: 'nfs', server: nfs[1] ?? '', path: nfs[2] ?? '' };
  const [, kind = '', argument] = /^([a-z]+)(?::(.*))?$/.exec(text) ?? [];
  switch (kind) {
    case 'local':
      return argument === undefined ? { kind } : { kind, root: argument };
    case 'class':
      return { kind, className: argument ?? '' };
    case 'existing':
      return { kind };
    default:
      return { kind: 'auto' };
  }
}

/** The value of `--storage` that asks for a place. */
export function formatPlace(place: StoragePlace): string {
  switch (place.kind) {
    case 'local':
      return `local:${place.root}`;
    case 'nfs':
      return `nfs://${place.server}${place.path}`;
    case 'class':
      return `class:${place.className ?? ''}`;
    case 'existing':
      return 'existing';
  }
}

/** True when a wish asks for this place, however it is spelled. */
export function asksFor(wish: StorageWish, place: StoragePlace): boolean {
  switch (wish.kind) {
    case 'auto':
      return true;
    case 'local':
      return place.kind === 'local' && (wish.root === undefined || wish.root === place.root);
    case 'nfs':
      return (
        place.kind === 'nfs' && wish.server.toLowerCase() === place.server.toLowerCase() && wish.path === place.path
      );
    case 'class':
      if (place.kind === 'class') return wish.className === place.className;
      // A class without a provisioner leads to volumes that are there.
      return (
        place.kind === 'existing' && Object.values(place.volumes).every((each) => each.className === wish.className)
      );
    case 'existing':
      return place.kind === 'existing';
  }
}

/** A place in words: `local volumes in /var/lib/edgex on pi`. */
export function describePlace(place: StoragePlace): string {
  switch (place.kind) {
    case 'local':
      return `local volumes in ${place.root} on ${place.hostname}`;
    case 'nfs':
      return `volumes on ${place.server}:${place.path}`;
    case 'class':
      return place.className === undefined ? 'the default storage class' : `storage class ${place.className}`;
    case 'existing':
      return `volumes that are there: ${Object.values(place.volumes)
        .map(({ name }) => name)
        .join(', ')}`;
  }
}
