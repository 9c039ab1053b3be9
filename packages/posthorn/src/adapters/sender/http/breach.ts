// The rules that a response may break. Each reason completes "The response is not valid HTTP: …" and names where the rule is.

/** A rule of HTTP that was broken, in words. */
export interface Breach {
  readonly breach: string;
}

const rule = (reason: string, where: string): Breach => ({ breach: `${reason} (RFC ${where})` });

export const BREACHES = {
  noStatusLine: rule('it does not begin with a status line such as "HTTP/1.1 200"', '9112, section 4'),
  badStatus: rule('its status is not a number from 100 to 999', '9110, section 15'),
  switched: rule('it switches to another protocol (101), which was not asked for', '9110, section 15.2.2'),
  noStatus: { breach: '64 KiB came without a final status' },
  noColon: rule('a header line has no colon', '9112, section 5'),
  noName: rule('a header has no name', '9110, section 5.1'),
  badName: rule('a header name has a character that names may not have', '9110, section 5.1'),
  badValue: rule('a header has a NUL or a bare CR in it', '9110, section 5.5'),
  badLength: rule('its content-length is not a number', '9112, section 6.3'),
  lengthsDiffer: rule('it gives several content-lengths that differ', '9112, section 6.3'),
  lengthAndChunks: rule('it has both content-length and transfer-encoding', '9112, section 6.3'),
  badChunkSize: rule('the size of a chunk is not a hexadecimal number on a line of its own', '9112, section 7.1'),
  badChunkEnd: rule('a chunk does not end with CR LF', '9112, section 7.1'),
} as const satisfies Readonly<Record<string, Breach>>;
