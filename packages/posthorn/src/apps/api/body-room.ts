// Room for bodies: requests hold their body in memory from its first byte to their answer, so many large ones at once are
// told to come back instead. Without this, memory would be bounded by the number of connections only.
import type { onRequestHookHandler } from 'fastify';
import { overloaded } from './failures.ts';
import { MAX_BODIES_BYTES } from './limits.ts';

/** Refuses a request whose body, as large as it says it is, does not fit beside those that are there. */
export function limitBodies(maxBytes = MAX_BODIES_BYTES): onRequestHookHandler {
  let taken = 0;
  return ({ headers, routeOptions }, reply, done) => {
    const length = headers['content-length'];
    const unsaid = headers['transfer-encoding'] === undefined ? 0 : routeOptions.bodyLimit;
    // A body that is larger than its route allows is refused before it is read.
    const bytes = Math.min(length === undefined ? unsaid : Number(length), routeOptions.bodyLimit);
    if (bytes === 0) return done();
    if (taken > 0 && taken + bytes > maxBytes) {
      return done(overloaded('Too many large requests are arriving at once. Nothing of this request was read.'));
    }
    taken += bytes;
    // Comes after the answer, and also when the client has gone away.
    reply.raw.once('close', () => {
      taken -= bytes;
    });
    return done();
  };
}
