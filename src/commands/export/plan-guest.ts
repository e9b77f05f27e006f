import { type Addition, planAddition } from '../../plan/addition.ts';
import { type ExportTarget, overridesOf } from '../../verify/export-settings.ts';
import { type TrialContext, temporaryAnnotation } from './context.ts';
import type { GuestSecret } from './guest.ts';
import type { ExportService } from './service.ts';

/** Where the export service finds its files for TLS, and under which names. */
const folder = '/edgex-boot/mqtt';
const fileNames = { ca: 'ca.pem', cert: 'client.pem', key: 'client.key' } as const;

/** The export service as a guest that sends to a broker. */
export function planGuest(service: ExportService, target: ExportTarget, context: TrialContext): Addition {
  const { name, row, exports } = service;
  const { plan, trees, wish } = context;
  const { ca, cert } = wish.tls;
  const secret = secretOf(service, context);
  const pathOf = (file: keyof typeof fileNames): string => `${folder}/${fileNames[file]}`;
  // Go takes the authorities that it trusts from this file.
  const trust = ca === undefined ? {} : { SSL_CERT_FILE: pathOf('ca') };
  const pair = { [`${exports.parameters}/cert`]: pathOf('cert'), [`${exports.parameters}/key`]: pathOf('key') };
  return planAddition(
    plan,
    { name, row: { ...row, env: { ...row.env, ...trust } } },
    {
      trees,
      overrides: { ...overridesOf(exports.addressable, target), ...(cert === undefined ? {} : pair) },
      annotations: wish.keep ? {} : { [temporaryAnnotation]: 'true' },
      ...(secret ? { secretFolder: { secret: secret.name, path: folder } } : {}),
    },
  );
}

/** The files that it needs for TLS; undefined where the options name none. */
export function secretOf({ name }: ExportService, { wish: { tls } }: TrialContext): GuestSecret | undefined {
  const files = (['ca', 'cert', 'key'] as const).flatMap((file) => {
    const content = tls[file];
    return content === undefined ? [] : [[fileNames[file], content] as const];
  });
  return files.length > 0 ? { name: `${name}-tls`, files: Object.fromEntries(files) } : undefined;
}
