// Brings stored documents to today's form: a database of an earlier release has them as SQL could make them, without the key.
import { CODEC, type DocumentPlace, UnreadableDocument } from '../../domain/endpoint/documents.ts';
import type { PlacedVersion, Registry, RewrittenVersion } from '../../seams/store/registry.ts';
import type { EndpointDocuments } from './documents.ts';

/** Versions per transaction: a few milliseconds. */
const BATCH = 200;

/**
 * Writes every version anew whose documents have an older form. May be interrupted anywhere and begun again, by several
 * processes at once too. A version that cannot be read stays as it is, and is read as far as possible when it is used.
 * @returns how many were written, and what is wrong with each of those that cannot be read
 */
export async function renewDocuments(
  store: Pick<Registry, 'outdatedVersions' | 'rewriteVersions'>,
  documents: EndpointDocuments,
): Promise<{ readonly renewed: number; readonly unreadable: readonly string[] }> {
  const unreadable: string[] = [];
  let renewed = 0;
  for (let after: DocumentPlace | null = null; ; ) {
    const outdated: readonly PlacedVersion[] = await store.outdatedVersions(CODEC, { limit: BATCH, after });
    const last = outdated.at(-1);
    if (last === undefined) return { renewed, unreadable };
    const rewritten = outdated.flatMap((version) => rewrite(version, documents, unreadable));
    await store.rewriteVersions(rewritten);
    renewed += rewritten.length;
    after = last;
  }
}

function rewrite(version: PlacedVersion, documents: EndpointDocuments, unreadable: string[]): RewrittenVersion[] {
  try {
    const { tenantId, endpointId } = version;
    const place = { tenantId, endpointId, version: version.version };
    return [{ ...place, ...documents.write(place, documents.readPast(version, place)) }];
  } catch (error) {
    if (!(error instanceof UnreadableDocument)) throw error;
    unreadable.push(error.message);
    return [];
  }
}
