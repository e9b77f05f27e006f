import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BootError } from '../base/errors.ts';
import { checkSource, parseSource, type SourceYaml, wrongSource } from '../base/source-yaml.ts';
import type { Options, SiteGiven } from '../options/resolve.ts';
import { readSiteOptions } from '../options/site-file.ts';
import { siteSchema } from '../plan/site.ts';

/** Where a site file is taken from when nobody names one. */
export const defaultSiteFile = '/etc/edgex-boot/site.yaml';

/**
 * Reads the site file that was named, or the default one; undefined when that isn't there.
 * @throws BootError `usage` with line and key of what is wrong in it, or when one that was named can't be read
 */
export function loadSite(path: string | undefined): SiteGiven | undefined {
  const text = readText(path ?? defaultSiteFile, path !== undefined);
  return text === undefined ? undefined : readSite(path ?? defaultSiteFile, text);
}

/**
 * The same from its text.
 * @param file its path, for messages
 */
export function readSite(file: string, text: string): SiteGiven {
  const source = parseSource(file, text);
  const { options, sections } = readSiteOptions(source, Object.keys(siteSchema.shape));
  return { options, site: { source, site: checkSource(source, sections, siteSchema) } };
}

/** The site's name as results have it; nothing where its file has none. */
export function siteName({ site: loaded }: Pick<Options, 'site'>): { readonly site?: string } {
  const name = loaded?.site.site;
  return name === undefined ? {} : { site: name };
}

/** A file of a service that the site file names, read from where the site file lies. */
export function readBeside(source: SourceYaml, path: string): string {
  const full = resolve(dirname(source.file), path);
  try {
    return readFileSync(full, 'utf8');
  } catch (error) {
    throw wrongSource(
      full,
      `the file that ${source.file} names ${reasonOf(error)}`,
      'Correct its path, or put it there.',
    );
  }
}

function readText(path: string, isNamed: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!isNamed && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    throw new BootError({
      exit: 'usage',
      object: isNamed ? `--config ${path}` : path,
      cause: `the site file ${reasonOf(error)}`,
      hint: code === 'EACCES' ? 'Run this as root, or make the file readable.' : 'Correct the path.',
    });
  }
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'is not there';
  if (code === 'EACCES' || code === 'EPERM') return 'is there, but this user may not read it';
  if (code === 'EISDIR') return 'is a directory';
  return `can't be read (${code})`;
}
