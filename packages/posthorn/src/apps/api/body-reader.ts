// Reads request bodies: JSON in plain UTF-8, read strictly, and handed on as compact text. Values are made from it later,
// or never: an event's payload stays text all the way, so that its numbers keep their digits.
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { compactJson, describeJsonProblem, type JsonProblem } from '../../domain/json.ts';
import { notJson } from './failures.ts';
import { invalid, Problem } from './problems.ts';

const PLAIN_JSON = 'application/json';
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/** Refuses what would have to be unpacked or recoded first, before its body is read. */
export const refuseEncoded: onRequestHookHandler = (request, _reply, done) => {
  const type = request.headers['content-type'];
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return done(
      new Problem('unsupported-media-type', {
        detail: 'Send the body uncompressed, without the header content-encoding.',
        headers: { 'accept-encoding': 'identity' },
      }),
    );
  }
  if (type === undefined || type === PLAIN_JSON) return done();
  const [, charset] = CHARSET.exec(type) ?? [];
  return charset === undefined || /^utf-?8$/i.test(charset) ? done() : done(notJson());
};

/** Makes JSON the only kind of body. A handler finds its text in `request.body`, `undefined` when it is empty. */
export function readJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(PLAIN_JSON, { parseAs: 'buffer' }, (request, bytes, done) => {
    if (bytes.length === 0) return done(null, undefined);
    const read = compactJson(bytes, request.routeOptions.config.wrapping);
    return read.ok ? done(null, read.text) : done(unreadable(read.problem), undefined);
  });
}

/** A body that is not JSON cannot be read; JSON that is ambiguous or excessive is not valid. */
function unreadable(problem: JsonProblem): Problem {
  const detail = describeJsonProblem(problem);
  const malformed = problem.kind === 'syntax' || problem.kind === 'not_utf8';
  return malformed ? new Problem('malformed-request', { detail }) : invalid({ field: '', message: detail });
}

/** For calls that take no body: one that came all the same was meant for something else. */
export const refuseBody: onRequestHookHandler = (request, _reply, done) => {
  if (request.body === undefined || request.body === '{}') return done();
  return done(invalid({ field: '', message: 'This call takes no body; leave it out.' }));
};
