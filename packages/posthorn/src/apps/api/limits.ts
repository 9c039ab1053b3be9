// How much the API takes: every limit of a request in one place. They are checked at the door and shown in the OpenAPI
// document. Limits that belong to a thing itself (a schedule, a secret, an event type) live with it in the domain.

/** Largest payload as it will be sent, in bytes: as much as the peers allow, and bodies are kept in memory. */
export const MAX_PAYLOAD_BYTES = 256 * 1_024;
/** A posted event: its payload, the envelope around it, and as much again for indentation, which is not sent. */
export const MAX_EVENT_REQUEST_BYTES = 2 * MAX_PAYLOAD_BYTES;
/** A posted batch: 8 KiB for each of 1,000 events, or 32 of the largest. */
export const MAX_BATCH_REQUEST_BYTES = 8 * 1_024 * 1_024;
/** Events of a batch are stored in one transaction, and nobody else's commit should wait for long. */
export const MAX_BATCH_EVENTS = 1_000;
/** Any other request: an endpoint with all of its settings at their limits fits several times. */
export const MAX_REQUEST_BYTES = 128 * 1_024;

/** Bodies of all requests together that have not been answered yet: 8 of the largest batches, or 65,536 small events. */
export const MAX_BODIES_BYTES = 64 * 1_024 * 1_024;

/** A tenant's name, for people. */
export const MAX_NAME_CHARACTERS = 200;

/** Items of a page when nothing is asked for. */
export const DEFAULT_PAGE_ITEMS = 50;
/** Items of a page: a deliveries page of this size is about 60 KB. */
export const MAX_PAGE_ITEMS = 200;
/** Longer than any cursor that we make. */
export const MAX_CURSOR_CHARACTERS = 200;

/** A moment in a request: what no clock is fine enough for is not worth reading. */
export const MAX_MOMENT_CHARACTERS = 64;

/** Test calls under way at once in this process: each holds a request open for as long as its receiver likes. */
export const MAX_TEST_CALLS = 32;

/** Replays being counted at once in this process: each walks through as much history as there is, step by step. */
export const MAX_REPLAY_COUNTS = 4;

/** A request must have arrived whole by then, headers included, so that a dripping client holds a socket no longer. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** How often overdue requests are looked for. */
export const OVERDUE_CHECK_MS = 1_000;
/** Idle keep-alive: longer than the 60 s of common load balancers, so that they close first and no request meets a closing socket. */
export const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/** Silence on a socket while a reply is awaited or read: longer than the longest test call (10 s to connect, 60 s to reply). */
export const SOCKET_IDLE_TIMEOUT_MS = 75_000;
/** Requests on one connection; afterwards it is closed, so that load spreads over processes again. */
export const MAX_REQUESTS_PER_SOCKET = 10_000;
/** All headers of a request together: Node's own default, pinned. */
export const MAX_HEADER_BYTES = 16 * 1_024;
/** Wrong API keys from one address before it is told to slow down. Right keys are never held up. */
export const MAX_WRONG_KEYS = 20;
/** The time in which they are counted. */
export const WRONG_KEYS_WINDOW_MS = 60_000;
/** Addresses whose wrong keys are counted; the oldest is forgotten for a new one. */
export const MAX_COUNTED_ADDRESSES = 10_000;

/** `retry-after` when we are overloaded or the store is away, in seconds. */
export const RETRY_AFTER_S = 2;
