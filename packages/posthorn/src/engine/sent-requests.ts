// The requests that attempts sent: made again from the version of the endpoint and the sender profile that each of them names.
import { type SentRequest, sentRequest, sentSignature } from '../domain/call.ts';
import { UnreadableDocument } from '../domain/endpoint/documents.ts';
import type { DeliveryId, TenantId } from '../domain/ids.ts';
import type { Attempt, DeliveryDetail, History } from '../seams/store/history.ts';
import type { EndpointVersion, Registry } from '../seams/store/registry.ts';
import type { SenderProfiles } from './calling/sender-profiles.ts';
import type { EndpointDocuments } from './endpoints/documents.ts';

/** An attempt with the request that it sent; `null` when it sent none, or when nobody can know it any more. */
export interface ShownAttempt extends Attempt {
  readonly request: SentRequest | null;
}

/** A delivery with its attempts, each with what it sent. */
export interface ShownDelivery extends DeliveryDetail {
  readonly history: readonly ShownAttempt[];
}

interface Parts {
  readonly store: Pick<Registry, 'endpointVersions'> & Pick<History, 'delivery'>;
  readonly documents: EndpointDocuments;
  readonly senders: SenderProfiles;
}

/** Reads a delivery with what was sent. The versions of an endpoint that was deleted are gone. */
export async function shownDelivery(
  { store, documents, senders }: Parts,
  tenantId: TenantId,
  id: DeliveryId,
): Promise<ShownDelivery | undefined> {
  const delivery = await store.delivery(tenantId, id);
  if (delivery === undefined) return undefined;
  const { endpointId, eventId, body, history } = delivery;
  const named = history.flatMap(({ madeFrom }) => madeFrom ?? []);
  const versions = [...new Set(named.map(({ version }) => version))];
  const [stored, profiles] = await Promise.all([
    versions.length === 0 ? [] : store.endpointVersions(tenantId, endpointId, versions),
    senders.read([...new Set(named.map(({ sender }) => sender))]),
  ]);
  const then = new Map(stored.map((version) => [version.number, readVersion(version)]));

  /** With the signature, which is one for all calls that were made with this version. */
  function readVersion(version: EndpointVersion) {
    try {
      const settings = documents.readPast(version, { tenantId, endpointId, version: version.number });
      return { settings, signature: sentSignature(settings, body) };
    } catch (error) {
      if (error instanceof UnreadableDocument) return undefined;
      throw error;
    }
  }

  function requestOf({ id: attemptId, madeFrom }: Attempt): SentRequest | null {
    if (madeFrom === null) return null;
    const [version, sender] = [then.get(madeFrom.version), profiles.get(madeFrom.sender)];
    if (version === undefined || sender === undefined) return null;
    return sentRequest(version.settings, { attemptId, eventId, body, signature: version.signature }, sender);
  }

  return { ...delivery, history: history.map((attempt) => ({ ...attempt, request: requestOf(attempt) })) };
}
