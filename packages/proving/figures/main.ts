// `npm run figures`: takes over the suites' new reports and writes their figures into the documentation. Nothing is typed there
// by hand: a test checks that the documents say what the kept reports give.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEPT, NAMES, newReport, readData } from './data.ts';
import { DOCUMENTS, filled } from './documents.ts';

mkdirSync(KEPT, { recursive: true });
for (const name of NAMES) {
  const report = newReport(name);
  if (report === undefined) continue;
  writeFileSync(join(KEPT, `${name}.json`), report);
  process.stdout.write(`${name}: a new report\n`);
}
const data = readData();
for (const document of DOCUMENTS) writeFileSync(document.file, filled(document, data));
