// Keys: none, wrong ones, almost right ones. Nothing of the API is done for them, the answer never tells how near they were,
// and whoever has the right key is not locked out by those who have not.
import type { Judge } from './judge.ts';
import type { Operation } from './operations.ts';
import { OTHER, type Scene } from './scene.ts';
import { Caller, headerOf } from './wire.ts';

/** Raw header lines, without the line end. */
function wrongKeys(key: string): readonly string[] {
  const changed = key.slice(0, -1) + (key.endsWith('x') ? 'y' : 'x');
  const bad = [
    '',
    'x',
    key.slice(0, -1),
    key.slice(1),
    key.slice(0, 8),
    `${key}x`,
    `${key}=`,
    changed,
    key.toLowerCase(),
    key.toUpperCase(),
    key.split('').reverse().join(''),
    `${key} ${key}`,
    `${key},${key}`,
    `"${key}"`,
    Buffer.from(key).toString('base64'),
    encodeURIComponent(`${key}\n`),
    'undefined',
    'null',
    '[object Object]',
    '*',
    'A'.repeat(8_000),
    '\u00ff'.repeat(43),
  ];
  return [
    ...bad.map((one) => `authorization: Bearer ${one}`),
    `authorization: Basic ${Buffer.from(`x:${key}`).toString('base64')}`,
    `authorization: ${key}`,
    `authorization: Token ${key}`,
    `authorization: Bearer\t${key}`,
    `x-api-key: ${key}`,
    `cookie: authorization=Bearer ${key}`,
    `proxy-authorization: Bearer ${key}`,
  ];
}

/** @throws when a wrong key is let in, or a right one kept out. @returns how many wrong ones were tried */
export async function tryKeys(scene: Scene, operations: readonly Operation[], judge: Judge): Promise<number> {
  const caller = new Caller(scene.service.port);
  const { text: key } = scene.canaries.apiKey;
  let tried = 0;
  const ask = async (operation: Operation, target: string, lines: readonly string[]) => {
    tried += 1;
    const head = [`${operation.method} ${target} HTTP/1.1`, 'host: localhost', 'content-length: 0', ...lines];
    const answer = await caller.ask(Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'));
    const words = `${head[0]} with ${lines.join(' and ').replaceAll(key, '<key>').slice(0, 100)}`;
    if (answer === undefined) throw new Error(`no answer at all to ${words}`);
    judge.look({ words, operation }, answer);
    if (answer.status !== 401 && answer.status !== 429) throw new Error(`let in with ${answer.status}: ${words}`);
    const words401 = answer.status === 401 ? headerOf(answer, 'www-authenticate') : headerOf(answer, 'retry-after');
    if (words401 === undefined) throw new Error(`${answer.status} does not say how to go on: ${words}`);
    return answer;
  };
  const guarded = operations.filter(({ open }) => !open);
  const real = (path: string) => path.replace('{tenant}', OTHER).replace(/\{\w+\}/, scene.other.endpoints[0] ?? '');
  const answers = new Set<string>();
  for (const operation of guarded) {
    await ask(operation, real(operation.path), []);
    await ask(operation, `${real(operation.path)}?authorization=Bearer%20${key}&key=${key}`, []);
  }
  const [first] = guarded;
  if (first === undefined) throw new Error('no operation needs a key');
  for (const line of wrongKeys(key)) {
    const { status, body } = await ask(first, real(first.path), [line]);
    if (status === 401) answers.add(body.toString('utf8'));
  }
  if (answers.size !== 1) throw new Error(`wrong keys are told apart: ${[...answers].join(' ')}`);

  // By now this address has had far too many wrong keys; a right one must pass all the same.
  for (let turn = 0; turn < 50; turn++)
    await ask(first, real(first.path), ['authorization: Bearer wrong-key-0123456789']);
  await scene.call('GET', '/v1/tenants');
  caller.close();
  return tried;
}
