// The settings of an endpoint: their types, defaults and limits, and which of them are secret. `documents.ts` writes and
// reads them. A new setting is a line in one of the two types, its default, and a line in `documents.ts`; no store knows it.

/** The settings that are stored in the open. */
export interface OpenSettings {
  /** Exact names or prefixes ending in `.*`; `null` means every type. */
  readonly eventTypes: readonly string[] | null;
  /** For people. */
  readonly description: string;
  /** Delays before each retry, in milliseconds. */
  readonly scheduleMs: readonly number[];
  /** For DNS + TCP + TLS together. */
  readonly connectTimeoutMs: number;
  /** From the request being handed to the socket to the last byte of the response. */
  readonly replyTimeoutMs: number;
  /** Calls that may be under way at once, per process; `null`: as many as the installation allows an endpoint. */
  readonly concurrency: number | null;
}

/** The settings that are encrypted at rest and never logged. */
export interface SecretSettings {
  /** Canonical form: shown, judged and called alike. Secret because it may carry a token. */
  readonly url: string;
  /** Newest first: the first one signs, all are valid at the receiver. Never empty. */
  readonly secrets: readonly [string, ...string[]];
  /** Extra headers of every call, names in lower case. They may carry credentials. */
  readonly headers: Readonly<Record<string, string>>;
}

/** All settings of an endpoint, checked and complete. */
export interface EndpointSettings extends OpenSettings, SecretSettings {}

/** The settings of an earlier version: a secret that was erased since then is `null`. */
export interface PastSettings extends OpenSettings, Omit<SecretSettings, 'secrets'> {
  readonly secrets: readonly (string | null)[];
}

/** The value of every setting that has one when nothing is said (contract, "Retries" and "Timeouts"). */
export const DEFAULT_SETTINGS: Omit<EndpointSettings, 'url' | 'secrets'> = {
  eventTypes: null,
  description: '',
  scheduleMs: [10_000, 20_000],
  connectTimeoutMs: 1_000,
  replyTimeoutMs: 30_000,
  concurrency: null,
  headers: {},
};

/** Whether both say the same, so that a change from one to the other is none. */
export function sameSettings(one: EndpointSettings, other: EndpointSettings): boolean {
  return canonical(one) === canonical(other);
}

/** Order counts in lists, and not among the names of headers. */
function canonical({ headers, ...settings }: EndpointSettings): string {
  const entries = Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const named = Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([entries, named]);
}

/** How far the settings may go. Rules that need more than a number stand with `url`, `secret` and `call-headers`. */
export const SETTING_LIMITS = {
  /** The longest text that the URL parser is given; its own limit is shorter and names the reason. */
  urlTextCharacters: 4_096,
  /** Each subscription is compared with each new event type. `orders.*` covers what a list would not. */
  eventTypes: 100,
  descriptionCharacters: 1_024,
  /** With waits that grow, 20 retries already span months; more only keeps dead work alive. */
  retries: 20,
  /** 30 days: as long as events are kept by default. A later retry would find its event gone. 0 is a retry at once. */
  retryDelayMs: { min: 0, max: 30 * 24 * 60 * 60 * 1_000 },
  /**
   * Below 100 ms, one lost packet (a first retransmission takes 200 ms and more) or a distant TLS handshake is a failure.
   * A receiver that takes longer than 10 s to accept a connection is down, and holds a place in its lane meanwhile.
   */
  connectTimeoutMs: { min: 100, max: 10_000 },
  /**
   * Below 100 ms, a round trip around the world is already a failure. A receiver that needs longer than a minute should
   * answer first and work afterwards. The upper limit also bounds how long a shutdown can take.
   */
  replyTimeoutMs: { min: 100, max: 60_000 },
  /** As far as the installation's own setting goes: all endpoints together have not many more. */
  concurrency: { min: 1, max: 1_000 },
} as const;
