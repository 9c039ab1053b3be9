#!/usr/bin/env node
// The command. Says what to do when the runtime is too old, before anything that needs a newer one is loaded.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `posthorn needs Node.js 24 or newer; this is ${process.version}. In the repository, run it through npm (npm start), which brings its own runtime.\n`,
  );
  process.exit(1);
}
await import('../dist/apps/cli/main.js');
