import { getAsset, getAssetKeys, getRawAsset } from 'node:sea';
import { Script } from 'node:vm';
import { requireFrom, wrap } from './modules.ts';

/**
 * What Node runs first in the executable: the loader of the program's chunks. Each is compiled when it is first
 * needed, from its code cache where there is one; a cache that Node doesn't like is as good as none.
 */

const assets = new Set(getAssetKeys());

const require = requireFrom((name) => {
  const key = `code/${name}`;
  const cacheKey = `${key}.cache`;
  const cachedData = assets.has(cacheKey) ? Buffer.from(getRawAsset(cacheKey)) : undefined;
  return new Script(wrap(getAsset(key, 'utf8')), { filename: name, ...(cachedData && { cachedData }) });
});

require('./main.js');
