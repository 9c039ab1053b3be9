// The history shows what was sent: the request of each recorded attempt is compared with the call on the wire.
import type { ShownDelivery } from '../../posthorn/src/engine/sent-requests.ts';
import type { WireCall } from '../../posthorn/tests/support/scripted-sender.ts';

/** The sender adds these. */
const FRAMING = new Set(['host', 'connection', 'content-length']);

/**
 * @param calls by the ids of their attempts
 * @param deleted the endpoint was deleted, or may have been: then nobody knows what was sent
 */
export function shownAsSent(
  { history, body }: ShownDelivery,
  calls: ReadonlyMap<string, WireCall>,
  deleted: boolean,
): string[] {
  return history.flatMap(({ id, request }) => {
    const call = calls.get(id);
    if (call === undefined) return [];
    if (request === null) return deleted ? [] : [`shown: nothing of attempt ${id}, which was made`];
    const shown = request.headers.filter(([name]) => !FRAMING.has(name));
    const differs = [
      request.url === call.url ? [] : ['url'],
      request.signature === (body === null ? null : call.signature) ? [] : ['signature'],
      shown.length === call.headers.length ? [] : ['number of headers'],
      call.headers.flatMap(([name, value], index) =>
        isShown(shown[index], name, isHidden(name, body) ? null : value) ? [] : [name],
      ),
    ].flat();
    return differs.length === 0 ? [] : [`shown: attempt ${id} was sent with another ${differs.join(', ')}`];
  });
}

/** The values of an endpoint's own headers are not shown, and nobody can sign a body that was erased. */
function isHidden(name: string, body: Uint8Array | null): boolean {
  return name.startsWith('own-') || (body === null && name.endsWith('-signature'));
}

function isShown(shown: readonly [string, string | null] | undefined, name: string, value: string | null): boolean {
  return shown?.[0] === name && shown[1] === value;
}
