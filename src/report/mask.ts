import { isSecretName, type Redact, redacted } from './redact.ts';

/**
 * A value of a field or setting as it may be shown: masked where its name, or a name within it, is that of a secret,
 * and every other text redacted. Only texts can be secrets: `automountServiceAccountToken: false` is none.
 * @param path where the value stands
 */
export function maskValue(path: string, value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return isSecretName(path) ? redacted : redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => maskValue(path, item, redact));
  const named = 'name' in value && typeof value.name === 'string' ? value.name : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      // A pod's environment is a list of names and values.
      const name = key === 'value' && named !== undefined ? named : key;
      return [key, maskValue(`${path}.${name}`, item, redact)];
    }),
  );
}
