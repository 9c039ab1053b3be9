// Checks how documents are written: lines of at most 120 characters, and no sentence that begins with a word after which a
// reader has to guess the subject. Tables, code and generated figures may be wider.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const MAX_WIDTH = 120;
/** "What is unknown stops the start" leaves the reader to find out what "what" is. A question may begin with it. */
const NO_SUBJECT =
  /(?:^|[.:;!?)*] )(?:[-*+] |\d+\. |> |\*+)*((?:What(?:ever)?|Whoever|So many|So much)\b[^.?!:;]*[.?!:;]?)/g;

/** Lines that people wrote as sentences, with the number of each. */
function prose(text) {
  const lines = [];
  let hidden = false;
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(```|~~~)/.test(line) || /^<!-- figures/.test(line)) hidden = !hidden;
    else if (/^<!-- end/.test(line)) hidden = false;
    else if (!hidden && !/^(\s{4,}|\s*<|#)/.test(line)) lines.push({ number: index + 1, line });
  }
  return lines;
}

const documents = execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' }).trim().split('\n');
const findings = documents.flatMap((file) =>
  prose(readFileSync(file, 'utf8')).flatMap(({ number, line }) => {
    const where = `${file}:${number}`;
    const isTable = line.startsWith('|');
    const tooWide = !isTable && [...line].length > MAX_WIDTH ? [`${where}: wider than ${MAX_WIDTH} characters`] : [];
    const unclear = [...line.replace(/^\| | \| /g, '. ').matchAll(NO_SUBJECT)]
      .filter(([, sentence]) => !sentence.endsWith('?'))
      .map(([, sentence]) => `${where}: begin with the thing that is meant: "${sentence}"`);
    return [...tooWide, ...unclear];
  }),
);
for (const finding of findings) console.error(finding);
if (findings.length > 0) process.exit(1);
