// Compiles both packages to dist/ (incrementally), puts the SQL migrations beside the code that reads them, and builds the
// dashboard into the server's dist.
import { spawnSync } from 'node:child_process';
import { cpSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {string} command @param {string[]} parameters */
function run(command, ...parameters) {
  const { error, status } = spawnSync(command, parameters, { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

for (const name of ['verify', 'posthorn']) {
  const project = join(root, 'packages', name);
  run('tsc', '-p', join(project, 'tsconfig.build.json'));
  for (const file of globSync('**/*.sql', { cwd: join(project, 'src') })) {
    cpSync(join(project, 'src', file), join(project, 'dist', file));
  }
}
run('vite', 'build', '--config', join(root, 'packages', 'dashboard', 'vite.config.ts'));
