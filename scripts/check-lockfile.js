// npm leaves an optional package out of the lockfile when the registry at hand does not have it, and `npm ci` then refuses
// that lockfile elsewhere. Says so while the change that did it is still at hand. Also: no registry addresses in it.
import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const problems = [];
for (const [path, { optionalDependencies = {}, resolved = '', link = false }] of Object.entries(packages)) {
  if (!link && /^https?:/.test(resolved)) problems.push(`${path} names a registry: ${resolved}`);
  for (const name of Object.keys(optionalDependencies)) {
    const known = [`node_modules/${name}`, `${path}/node_modules/${name}`].some((place) => place in packages);
    if (!known) problems.push(`${path} lacks ${name}: take a version of it whose packages can all be had`);
  }
}
if (problems.length > 0) {
  process.stderr.write(`package-lock.json is not complete:\n  ${problems.join('\n  ')}\n`);
  process.exit(1);
}
