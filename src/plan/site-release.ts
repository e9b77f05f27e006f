import { keyText, type SourceYaml, wrongSource } from '../base/source-yaml.ts';
import { flatten, keysTo, type Tree } from './config-tree.ts';
import type { OverridePlace, Overrides } from './configuration.ts';
import type { ResolvedExposure } from './exposure.ts';
import { hostOf } from './images.ts';
import type { DeviceService, Release, ReleaseImage, ServiceRow } from './release.ts';
import { serviceName } from './select.ts';
import type { Site, SiteService } from './site.ts';

/** A site laid over the release: what comes after sees one release, whoever said what in it. */
export interface SiteRelease {
  readonly release: Release;
  /** The settings of the site's services, by full names. */
  readonly settings: Overrides;
  /** Where one of these stands. */
  readonly settingPlace: OverridePlace;
  readonly exposure?: ResolvedExposure;
}

/** Reads a file that the site file names; its path is as written there. */
export type ReadFile = (path: string) => string;

/**
 * Lays a site over a release.
 * @param source where the site was read from, for messages
 * @throws BootError `usage` with line and key for a service that isn't there, for a name that is taken, for a setting
 *   that somebody else makes, and what `readFile` throws
 */
export function layOver(release: Release, site: Site, source: SourceYaml, readFile: ReadFile): SiteRelease {
  const added = addDevices(release, site, source);
  const services: Record<string, ServiceRow> = {};
  for (const [name, row] of Object.entries(added.services)) services[name] = placed(row, site);
  const settings: Record<string, Overrides[string]> = {};
  for (const [word, wish] of Object.entries(site.services ?? {})) {
    const path = ['services', word];
    const name = named(added, word, source, path);
    const row = services[name] as ServiceRow;
    requireReplicas(row, wish, source, path);
    services[name] = laidOver(row, wish, readFile);
    const given = flatten((wish.settings ?? {}) as Tree);
    if (given.length > 0) settings[name] = { ...settings[name], ...Object.fromEntries(given) };
  }
  const exposure = exposureOf(added, site, source);
  return {
    ...(exposure ? { exposure } : {}),
    release: { ...added, services, pullSecrets: [...release.pullSecrets, ...(site.imagePullSecrets ?? [])] },
    settings,
    settingPlace: (service, path) => {
      const words = Object.entries(site.services ?? {}).filter(([word]) => serviceName(added, word, word) === service);
      const places = words.flatMap(([word, wish]) => {
        const keys = keysTo(wish.settings, path);
        return keys ? [['services', word, 'settings', ...keys]] : [];
      });
      const [place = ['services']] = places.toReversed();
      return `${source.at(place)}: ${keyText(place)}`;
    },
  };
}

/** The name of a service that the site file writes; its place is told when there is none. */
export function named(release: Release, word: string, source: SourceYaml, path: readonly string[]): string {
  return serviceName(release, `${source.at(path)}: ${keyText(path)}`, word);
}

function exposureOf(release: Release, { exposure }: Site, source: SourceYaml): ResolvedExposure | undefined {
  if (!exposure) return undefined;
  const { services: wished, ...rest } = exposure;
  if (exposure.kind !== 'Ingress') {
    for (const key of ['host', 'class'] as const) {
      if (exposure[key] === undefined) continue;
      const path = ['exposure', key];
      throw wrongSource(
        `${source.at(path)}: ${keyText(path)}`,
        'only an Ingress has it',
        'Take `kind: Ingress`, or leave it away.',
      );
    }
  }
  const faces = Object.entries(release.services).filter(([, { role }]) => role === 'interface');
  const services = wished
    ? [...new Set(wished.map((word, index) => named(release, word, source, ['exposure', 'services', String(index)])))]
    : faces.map(([name]) => name);
  if (exposure.kind === 'Ingress' && exposure.host === undefined && services.length > 1) {
    const path = wished ? ['exposure', 'services'] : ['exposure'];
    throw wrongSource(
      `${source.at(path)}: ${keyText(path)}`,
      'without a host only one service can be reached at the root of an Ingress',
      'Give `host` as well: each service then has its short name before it. Or leave one service only.',
    );
  }
  return { ...rest, services };
}

function placed(row: ServiceRow, { placement = {} }: Site): ServiceRow {
  return {
    ...row,
    nodeSelector: { ...row.nodeSelector, ...placement.nodeSelector },
    tolerations: [...row.tolerations, ...(placement.tolerations ?? [])],
  };
}

function laidOver(row: ServiceRow, wish: SiteService, readFile: ReadFile): ServiceRow {
  const env: Record<string, string> = { ...row.env };
  const secretEnv: Record<string, ServiceRow['secretEnv'][string]> = { ...row.secretEnv };
  for (const [name, value] of Object.entries(wish.env ?? {})) {
    delete env[name];
    delete secretEnv[name];
    if (typeof value === 'object') secretEnv[name] = value;
    else env[name] = String(value);
  }
  const files = Object.entries(wish.files ?? {}).map(([path, content]) => [
    path,
    typeof content === 'string' ? content : readFile(content.file),
  ]);
  return {
    ...row,
    env,
    secretEnv,
    files: { ...row.files, ...Object.fromEntries(files) },
    image: wish.image ?? row.image,
    resources: {
      cpu: wish.resources?.cpu ?? row.resources.cpu,
      memory: wish.resources?.memory ?? row.resources.memory,
      memoryLimit: wish.resources?.memoryLimit ?? row.resources.memoryLimit,
    },
    replicas: wish.replicas ?? row.replicas,
    nodeSelector: { ...row.nodeSelector, ...wish.nodeSelector },
    tolerations: [...row.tolerations, ...(wish.tolerations ?? [])],
  };
}

/** Two of a core service would register twice under one name, and two of a database would share a volume. */
function requireReplicas(
  { group }: ServiceRow,
  { replicas = 1 }: SiteService,
  source: SourceYaml,
  path: string[],
): void {
  if (replicas === 1 || group === 'device') return;
  const key = [...path, 'replicas'];
  throw wrongSource(
    `${source.at(key)}: ${keyText(key)}`,
    'only device services may have another number of replicas than 1',
    'Leave it away; --without leaves out a whole service.',
  );
}

function addDevices(release: Release, { deviceServices = {} }: Site, source: SourceYaml): Release {
  const services: Record<string, ServiceRow> = { ...release.services };
  const model = Object.values(release.services).find(({ group }) => group === 'device');
  for (const [name, wish] of Object.entries(deviceServices)) {
    const path = ['deviceServices', name];
    const place = `${source.at(path)}: ${keyText(path)}`;
    if (!model) throw wrongSource(place, `${release.title} has no device services`);
    if (services[name]) {
      throw wrongSource(place, 'the release has a service of this name', 'Choose another, or change it in `services`.');
    }
    if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
      throw wrongSource(place, 'no name for a Service', 'Give it lower-case letters, digits and dashes, 63 at most.');
    }
    services[name] = deviceRow(name, wish, model);
  }
  return { ...release, services };
}

/** An extra device service starts, seeds itself and is asked as the release's own. */
function deviceRow(name: string, wish: DeviceService, model: ServiceRow): ServiceRow {
  const { devices: _devices, optional: _optional, alias: _alias, command: _command, args: _args, ...rest } = model;
  return {
    ...rest,
    title: wish.title ?? name,
    image: wish.image,
    ports: [{ port: wish.port }],
    registration: wish.registration ?? name,
    siteSettings: [],
    ...(wish.command ? { command: wish.command } : {}),
    ...(wish.args ? { args: wish.args } : {}),
  };
}

/**
 * A release whose images come from a mirror: `edgexfoundry/x:1` becomes `HOST/PREFIX/edgexfoundry/x:1`, whatever
 * registry it named before.
 * @param registry `HOST/PREFIX`; without it the release stays as it is
 */
export function mirrored(release: Release, registry: string | undefined): Release {
  if (registry === undefined) return release;
  const prefix = registry.replace(/\/+$/, '');
  const rewrite = (image: string): string => {
    const host = hostOf(image);
    return `${prefix}/${host === undefined ? image : image.slice(host.length + 1)}`;
  };
  const rewriteAll = (image: ReleaseImage): ReleaseImage =>
    typeof image === 'string'
      ? rewrite(image)
      : (Object.fromEntries(Object.entries(image).map(([arch, each]) => [arch, rewrite(each)])) as ReleaseImage);
  const services = Object.entries(release.services).map(([name, row]) => [
    name,
    { ...row, image: rewriteAll(row.image) },
  ]);
  return { ...release, services: Object.fromEntries(services), mirror: registry };
}
