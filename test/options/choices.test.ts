import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BootError } from '../../src/base/errors.ts';
import { commandHelp } from '../../src/options/help.ts';
import { resolveOptions } from '../../src/options/resolve.ts';

it('a choice that is for other commands is refused, and not in the help', () => {
  assert.equal(resolveOptions('verify', ['--output', 'junit'], {}).output, 'junit');
  assert.throws(
    () => resolveOptions('install', ['--output', 'junit'], {}),
    (error) =>
      error instanceof BootError && error.details.hint?.endsWith('The choices are auto, text and json.') === true,
  );
  assert.match(commandHelp('verify'), /--output auto\|text\|json\|short\|junit\|html/);
  assert.match(commandHelp('install'), /--output auto\|text\|json +text/);
});
