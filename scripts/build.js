// Compiles both packages to dist/ (incrementally) and puts the SQL migrations beside the code that reads them.
import { spawnSync } from 'node:child_process';
import { cpSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

for (const name of ['verify', 'posthorn']) {
  const project = join(root, 'packages', name);
  const run = spawnSync('tsc', ['-p', join(project, 'tsconfig.build.json')], { stdio: 'inherit' });
  if (run.error) throw run.error;
  if (run.status !== 0) process.exit(run.status ?? 1);
  for (const file of globSync('**/*.sql', { cwd: join(project, 'src') })) {
    cpSync(join(project, 'src', file), join(project, 'dist', file));
  }
}
