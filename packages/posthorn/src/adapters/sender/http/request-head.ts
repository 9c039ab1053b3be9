// A POST's request line and headers as they go onto the wire (RFC 9112, sections 3 and 5).
import { belongsToConnection } from '../../../domain/call-headers.ts';

type Headers = readonly (readonly [name: string, value: string])[];

/** A token (RFC 9110, section 5.6.2). */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Line ends, NUL and other control characters would break the message apart; what is not Latin-1 cannot be written. */
const NOT_IN_A_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** The first header that would break the message apart or frame it another way than we do; `undefined` if none does. */
export function unwritableHeader(headers: Headers): string | undefined {
  for (const [name, value] of headers) {
    if (!NAME.test(name) || NOT_IN_A_VALUE.test(value) || belongsToConnection(name.toLowerCase())) return name;
  }
  return undefined;
}

/**
 * The head of a POST, to be written as Latin-1.
 * @param authority host and port, as the `host` header has them
 * @param path path and query
 * @param headers checked with `unwritableHeader`
 */
export function requestHead(authority: string, path: string, headers: Headers, bodyBytes: number): string {
  let head = `POST ${path} HTTP/1.1\r\nhost: ${authority}\r\nconnection: keep-alive\r\n`;
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
  return `${head}content-length: ${bodyBytes}\r\n\r\n`;
}
