// The completion scripts, in the shells that they are for.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { createProgram } from '../../src/apps/cli/program.ts';
import { KeptTerminal } from '../support/kept-terminal.ts';
import { ownFolder } from './command.ts';
import { runHere } from './here.ts';

const cwd = ownFolder();
const SHELLS = ['bash', 'zsh', 'fish'];
const STATES = ['pending', 'succeeded', 'exhausted', 'cancelled'];

before(async () => {
  writeFileSync(join(cwd, 'order one.json'), '{}');
  mkdirSync(join(cwd, 'order folder'));
  for (const shell of SHELLS) {
    const { status, stdout } = await runHere(['completion', shell]);
    assert.equal(status, 0);
    writeFileSync(join(cwd, `completion.${shell}`), stdout);
  }
});

const skip = (shell: string) => spawnSync(shell, ['--version']).error !== undefined && `there is no ${shell} here`;

/** Runs a shell with parameters of its own. @returns its lines */
function linesOf(shell: string, ...parameters: string[]): string[] {
  const { status, stdout, stderr } = spawnSync(shell, parameters, { cwd, encoding: 'utf8', timeout: 30_000 });
  assert.equal(status, 0, stderr);
  return stdout.split('\n').filter((line) => line !== '');
}

it('every command and every flag is known to every shell', async () => {
  for (const shell of SHELLS) {
    const { stdout } = await runHere(['completion', shell]);
    for (const command of createProgram(new KeptTerminal()).commands) {
      assert.ok(stdout.includes(command.name()), `${command.name()} in ${shell}`);
      for (const { long } of command.options) {
        const name = shell === 'fish' ? `-l ${long?.slice(2)}` : `${long}`;
        assert.ok(stdout.includes(name), `${command.name()} ${long} in ${shell}`);
      }
    }
  }
});

it('a shell that is not known is refused with those that are', async () => {
  const { status, stderr } = await runHere(['completion', 'csh']);
  assert.equal(status, 2);
  assert.match(stderr, /Allowed choices are bash, zsh, fish/);
});

describe('completion in bash', { skip: skip('bash') }, () => {
  const SCRIPT = `source completion.bash
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _posthorn; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const complete = (...words: string[]) => linesOf('bash', '-c', SCRIPT, 'bash', 'posthorn', ...words);

  it('knows commands, flags and what a flag may be', () => {
    assert.deepEqual(complete('deli'), ['deliveries']);
    assert.deepEqual(complete('--ver'), ['--version']);
    assert.deepEqual(complete('deliveries', '--st'), ['--state', '--status']);
    assert.deepEqual(complete('deliveries', '--state', ''), STATES);
    assert.deepEqual(complete('deliveries', '--state', '=', 'ex'), ['exhausted']);
    assert.deepEqual(complete('serve', '--allow-http', ''), ['true', 'networks', 'false']);
    assert.deepEqual(complete('serve', '--allow-http', '--log'), ['--log-level']);
    assert.deepEqual(complete('completion', ''), SHELLS);
    assert.deepEqual(complete('help', 'ta'), ['tail']);
  });

  it('looks for files where files are wanted, and offers nothing where nobody can know', () => {
    assert.deepEqual(complete('send', 'order.paid', 'order'), ['order folder', 'order one.json']);
    assert.deepEqual(complete('serve', '--data', 'order'), ['order folder']);
    assert.deepEqual(complete('deliveries', '--tenant', ''), []);
  });
});

describe('completion in zsh', { skip: skip('zsh') }, () => {
  // Types a line into a shell at a terminal of its own, presses Tab, and prints what became of the line.
  const SCRIPT = `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PROMPT= RPROMPT=; unsetopt beep zle_bracketed_paste prompt_cr prompt_sp; autoload -Uz compinit; compinit -u -D; source ./completion.zsh'
zpty -w shell 'shown() { print -r -- "[[$BUFFER]]" >$TTY; BUFFER=; zle accept-line }; zle -N shown; bindkey "^P" shown'
zpty -w shell 'zle-line-init() { print "edit""ing" >$TTY }; zle -N zle-line-init'
zpty -r shell output '*editing*'
zpty -w -n shell "$1"$'\\t\\x10'
zpty -r shell output '*\\[\\[*\\]\\]*'
print -r -- "\${\${output##*\\[\\[}%%\\]\\]*}"
zpty -d shell`;
  const complete = (line: string) => linesOf('zsh', '-f', '-c', SCRIPT, 'zsh', line).join('\n');

  it('knows commands, flags and what a flag may be', () => {
    assert.equal(complete('posthorn deli'), 'posthorn deliveries ');
    assert.equal(complete('posthorn deliveries --state'), 'posthorn deliveries --state ');
    assert.equal(complete('posthorn deliveries --state ex'), 'posthorn deliveries --state exhausted ');
    assert.equal(complete('posthorn completion f'), 'posthorn completion fish ');
  });

  it('looks for files where files are wanted', () => {
    assert.equal(complete('posthorn send order.paid order\\ o'), 'posthorn send order.paid order\\ one.json ');
    assert.equal(complete('posthorn serve --data ord'), 'posthorn serve --data order\\ folder/');
  });
});

describe('completion in fish', { skip: skip('fish') }, () => {
  const complete = (line: string) =>
    linesOf('fish', '-c', 'source completion.fish; complete -C $argv[1]', line).map((each) => each.split('\t')[0]);

  it('knows commands, flags and what a flag may be', () => {
    assert.deepEqual(complete('posthorn deli'), ['deliveries']);
    assert.deepEqual(complete('posthorn deliveries --sta').toSorted(), ['--state', '--status']);
    assert.deepEqual(complete('posthorn deliveries --state ').toSorted(), STATES.toSorted());
    assert.deepEqual(complete('posthorn completion ').toSorted(), SHELLS.toSorted());
  });

  it('looks for files where files are wanted, and offers nothing where nobody can know', () => {
    assert.deepEqual(complete('posthorn send order.paid order\\ o'), ['order one.json']);
    assert.deepEqual(complete('posthorn serve --data ord'), ['order folder/']);
    assert.deepEqual(complete('posthorn deliveries --tenant '), []);
  });
});
