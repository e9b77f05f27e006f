import { renderCompletion } from '../options/completion.ts';
import type { Work } from './program.ts';

/** Prints the completion for a shell. */
export const completion: Work = async ({ shell }, { stdout }) => {
  stdout.write(renderCompletion(shell));
  return 'done';
};
