// The usual meaning of each HTTP status that a receiver of webhooks answers with, and advice about it.

const REDIRECT = 'Redirects are not followed. Put the final address into the callback URL.';
const TO_A_LOGIN =
  'Redirects are not followed. Put the final address into the callback URL; if it is a login page, let calls to this path in without a login.';

const STATUSES: ReadonlyMap<number, string> = new Map([
  [300, REDIRECT],
  [301, REDIRECT],
  [302, TO_A_LOGIN],
  [303, TO_A_LOGIN],
  [
    304,
    'The receiver answered "not modified", as to a page in a cache. A cache or proxy in front of it must leave POST requests alone.',
  ],
  [307, TO_A_LOGIN],
  [308, REDIRECT],
  [
    401,
    'The receiver wants other credentials. Check the authorization among the extra headers, and the secret that it verifies with.',
  ],
  [402, 'The service that hosts the receiver is not paid or has used up its quota. Its account page tells.'],
  [
    403,
    'The receiver, or a firewall (WAF) or bot protection in front of it, refuses the call. Let POST requests of Posthorn through; if the receiver itself refuses, check its credentials and the secret that it verifies with.',
  ],
  [
    404,
    'Nothing is at that path. Check the path of the callback URL, and that this route of the receiver is deployed.',
  ],
  [405, 'That path takes no POST. Check the path, down to a slash at its end, and which methods the receiver allows.'],
  [407, 'A proxy in front of the receiver wants a login. Let calls pass it without one.'],
  [
    408,
    'The receiver, or a proxy in front of it, stopped waiting for the request. It may be overloaded, or its limit for reading a request too short.',
  ],
  [
    409,
    'The receiver says that the event conflicts with what it has. If it has this event already, let it answer 200.',
  ],
  [410, 'The receiver says it is gone for good. Correct the URL, or disable the endpoint.'],
  [411, 'The receiver saw no content-length, which every call has. A proxy in front of it takes it out.'],
  [
    413,
    'The receiver, or a proxy in front of it, takes no body of this size. Raise the limit to at least 256 KiB (nginx: client_max_body_size).',
  ],
  [414, 'The callback URL is too long for the receiver. Shorten its query.'],
  [415, 'Let the receiver take the content-type application/json.'],
  [
    421,
    'The server does not serve this host name here. Check the host name in the callback URL, and the virtual hosts and certificates of the server or proxy.',
  ],
  [
    422,
    'The receiver read the event and does not accept its content. Its answer tells why; let it answer 200 to events that it has no use for.',
  ],
  [426, 'The receiver wants another protocol. Let it take HTTP/1.1 over TLS.'],
  [429, 'The receiver, or a service in front of it, is called more often than it allows. Raise its rate limit.'],
  [
    431,
    'The request headers are too large for the receiver. Shorten the extra headers, or raise its limit (nginx: large_client_header_buffers).',
  ],
  [451, 'Refused for legal reasons, often a block by country. Let calls from this network in.'],
  [
    501,
    'The server at that path does not know POST. Check that it is the receiver, and not a file server or a load balancer.',
  ],
  [
    502,
    'A proxy got no proper answer from the receiver behind it. Check that the receiver runs, and the log of the proxy.',
  ],
  [
    503,
    'The receiver is overloaded, in maintenance or not running, and a proxy may be what says so. Check that it runs.',
  ],
  [
    504,
    'A proxy got no answer from the receiver in time. Answer first, with 200, and do the work afterwards; check that the receiver runs.',
  ],
  [505, 'The server at that path does not speak HTTP/1.1. Let it, or put a proxy in front of it.'],
  [511, 'A network wants a login (captive portal) before it lets calls through. The receiver did not see the call.'],
  [
    520,
    'Cloudflare got an empty or broken answer from the receiver behind it. The log of the receiver at that time tells why.',
  ],
  [
    521,
    'Cloudflare was refused by the receiver behind it. Check that the receiver runs, and that its firewall lets the addresses of Cloudflare in.',
  ],
  [
    522,
    'Cloudflare could not connect to the receiver behind it in time. Check that the receiver runs, and that its firewall lets the addresses of Cloudflare in.',
  ],
  [523, 'Cloudflare found no way to the receiver behind it. Check the address of the origin in its DNS settings.'],
  [
    524,
    'Cloudflare connected to the receiver behind it, which did not answer in time. Answer first, with 200, and do the work afterwards.',
  ],
  [
    525,
    'The TLS handshake between Cloudflare and the receiver behind it failed. Check the TLS settings of the origin, and the SSL/TLS mode at Cloudflare.',
  ],
  [
    526,
    'Cloudflare does not accept the certificate of the receiver behind it. Renew it, or check the SSL/TLS mode at Cloudflare.',
  ],
  [527, 'The connection between Cloudflare and the receiver behind it (Railgun) failed. Check it at the origin.'],
  [
    530,
    'Cloudflare could not find the receiver behind it; its answer has an error number such as 1016. Check the DNS records of the origin, or that its tunnel runs.',
  ],
]);

const RANGES: readonly (readonly [from: number, to: number, advice: string])[] = [
  [400, 499, 'The receiver does not accept this request. Its answer and its log tell why.'],
  [500, 599, 'The receiver failed while handling the event. Its log at that time tells why.'],
];

/** Advice about a status that is not 20x. @param status `null` when it is one of several */
export function statusAdvice(status: number | null): string {
  const known = status === null ? undefined : STATUSES.get(status);
  if (known !== undefined) return known;
  const range = RANGES.find(([from, to]) => status !== null && status >= from && status <= to);
  return range?.[2] ?? 'Only statuses from 200 to 209 count as delivered.';
}
