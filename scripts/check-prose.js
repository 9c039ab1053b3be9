// Checks how documents and comments are written: no sentence that begins with a word after which a reader has to guess the
// subject, and in documents lines of at most 120 characters. Tables, code and generated figures may be wider.
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

/** Lines of comments, without what makes them comments. */
function comments(source) {
  return source.split('\n').flatMap((text, index) => {
    const line = /^\s*(?:\/\/|\/\*\*|\*)\s(.*)/.exec(text)?.[1];
    return line === undefined ? [] : [{ number: index + 1, line }];
  });
}

const filesOf = (...patterns) =>
  execFileSync('git', ['ls-files', ...patterns], { encoding: 'utf8' })
    .trim()
    .split('\n');

/** @param read takes the lines to look at out of a file's text */
const linesOf = (files, read) =>
  files.flatMap((file) => read(readFileSync(file, 'utf8')).map((at) => ({ ...at, where: `${file}:${at.number}` })));

const inDocuments = linesOf(filesOf('*.md'), prose);
const inComments = linesOf(filesOf('*.ts', '*.tsx', '*.js'), comments);
const tooWide = inDocuments
  .filter(({ line }) => !line.startsWith('|') && [...line].length > MAX_WIDTH)
  .map(({ where }) => `${where}: wider than ${MAX_WIDTH} characters`);
const unclear = [...inDocuments, ...inComments].flatMap(({ where, line }) =>
  [...line.replace(/^\| | \| /g, '. ').matchAll(NO_SUBJECT)]
    .filter(([, sentence]) => !sentence.endsWith('?'))
    .map(([, sentence]) => `${where}: begin with the thing that is meant: "${sentence}"`),
);
const findings = [...tooWide, ...unclear];
for (const finding of findings) console.error(finding);
if (findings.length > 0) process.exit(1);
