import { isBootError } from '../base/errors.ts';

/**
 * For the `catch` of a fact that one can do without: undefined where it couldn't be read, which the check tells whose
 * matter it is. A fault of the program stays one.
 */
export function unread(error: unknown): undefined {
  if (!isBootError(error)) throw error;
}
