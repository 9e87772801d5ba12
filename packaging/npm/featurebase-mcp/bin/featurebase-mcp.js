#!/usr/bin/env node
'use strict';
// Starts the program of this platform, which npm has installed beside this package. It takes over the streams and the arguments, so hosts
// that start this with npx speak with the program itself.
const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const { isatty } = require('node:tty');

const platform = `-${process.platform}-${process.arch}`;
const name = Object.keys(require('../package.json').optionalDependencies).find((dependency) => dependency.endsWith(platform));
const program = locate();

function locate() {
  if (!name) fail(`there is no program for ${process.platform} on ${process.arch}`);
  try {
    return require.resolve(`${name}/bin/featurebase-mcp${process.platform === 'win32' ? '.exe' : ''}`);
  } catch {
    return fail(`the package ${name} is not installed: the installation left out optional dependencies. Install again without --omit=optional`);
  }
}

function fail(why) {
  process.stderr.write(`featurebase-mcp: ${why}\n`);
  process.exit(1);
}

const child = spawn(program, process.argv.slice(2), { stdio: 'inherit', windowsHide: true });
child.on('error', (error) => fail(`${program} cannot be started: ${error.message}`));
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// Ctrl-C at a terminal reaches the program as well, and a second one would have it leave at once, in the middle of a write. So it is passed on only
// where there is no terminal.
const terminal = [0, 1, 2].some((stream) => isatty(stream));
process.on('SIGINT', () => terminal || child.kill('SIGINT'));
