// How far an endpoint may move the contract's times: the limits of its schedule and its timeouts.

/** Retries that a schedule may have. With waits that grow, 20 already span months; more only keeps dead work alive. */
export const MAX_RETRIES = 20;

/** A delay of 0 is a retry at once. */
export const MIN_RETRY_DELAY_MS = 0;
/** 30 days: as long as events are kept by default. A later retry would find its event gone. */
export const MAX_RETRY_DELAY_MS = 30 * 24 * 60 * 60 * 1_000;

/** Below this, one lost packet (a first retransmission takes 200 ms and more) or a distant TLS handshake is a failure. */
export const MIN_CONNECT_TIMEOUT_MS = 100;
/** A receiver that takes longer to accept a connection is down, and holds a place in its lane meanwhile. */
export const MAX_CONNECT_TIMEOUT_MS = 10_000;

/** Below this, a round trip around the world is already a failure. */
export const MIN_REPLY_TIMEOUT_MS = 100;
/** A receiver that needs longer should answer first and work afterwards. It also bounds how long a shutdown can take. */
export const MAX_REPLY_TIMEOUT_MS = 60_000;
