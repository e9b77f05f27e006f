import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { exitCodes } from '../../src/base/errors.ts';
import { commandNames, commands } from '../../src/options/commands.ts';
import { commandHelp, programHelp } from '../../src/options/help.ts';
import { renderOptionsPage } from '../../src/options/page.ts';
import { environmentName, optionRows, takes } from '../../src/options/table.ts';

const helps = [programHelp(), ...commandNames.map(commandHelp)];

test('every help text fits 100 columns and ends with a newline', () => {
  for (const help of helps) {
    for (const line of help.split('\n')) assert.ok(line.length <= 100, line);
    assert.match(help, /\S\n$/);
  }
});

test('every help text has every exit code', () => {
  for (const help of helps) {
    for (const code of Object.values(exitCodes)) assert.match(help, new RegExp(`^ {2}${code} +\\S`, 'm'));
  }
});

test("the program's help names every command", () => {
  for (const [name, summary] of Object.entries(commands)) {
    assert.ok(programHelp().includes(`  ${name} `), name);
    assert.ok(programHelp().includes(summary), name);
  }
});

test("a command's help has exactly the options that it takes", () => {
  for (const command of commandNames) {
    const help = commandHelp(command);
    for (const [, row] of optionRows) {
      const isThere = new RegExp(`^ +(-\\w, )?--(\\[no-\\])?${row.flag}(\\[| |$)`, 'm').test(help);
      assert.equal(isThere, takes(command, row), `${command} --${row.flag}`);
    }
  }
});

test('docs/options.md is what the table says (UPDATE=1 writes it)', () => {
  const file = new URL('../../docs/options.md', import.meta.url);
  if (process.env.UPDATE) writeFileSync(file, renderOptionsPage());
  const page = readFileSync(file, 'utf8');
  assert.equal(page, renderOptionsPage());
  for (const [, row] of optionRows) {
    assert.ok(page.includes(`--${row.flag}`) || page.includes(`--[no-]${row.flag}`), row.flag);
    assert.ok(page.includes(environmentName(row) ?? ''), row.flag);
  }
});
