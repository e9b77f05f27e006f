/** The commands that take an option, where several options have the same. */

export const onCluster = ['install', 'plan'] as const;
/** Those that look at all that a cluster has. */
export const onStorage = [...onCluster, 'storage', 'verify'] as const;
/** Those that can check whether events come out at a broker. */
export const onExport = ['install', 'verify'] as const;
export const onArchives = ['backup', 'restore'] as const;
export const onManifests = [...onStorage, 'render'] as const;
/** Those that take a release apart. */
export const onRelease = [...onManifests, 'images', 'config render'] as const;
