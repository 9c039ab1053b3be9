// The few forms of DER (ITU-T X.690) that a certificate is written in. Each function returns one value, whole.

const [BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OBJECT_ID, UTF8_STRING] = [0x01, 0x02, 0x03, 0x04, 0x06, 0x0c];
const [SEQUENCE, SET, UTC_TIME, GENERALIZED_TIME] = [0x30, 0x31, 0x17, 0x18];

/** A value with its tag and length. */
export function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const hex = content.length.toString(16);
  const length = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(SEQUENCE, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => tagged(SET, ...parts);
export const octets = (bytes: Uint8Array): Buffer => tagged(OCTET_STRING, bytes);
export const text = (value: string): Buffer => tagged(UTF8_STRING, Buffer.from(value));
export const yes: Buffer = tagged(BOOLEAN, Buffer.of(0xff));

/** @param bytes big-endian, without a sign, no zeros in front */
export function integer(bytes: Uint8Array): Buffer {
  const isHigh = (bytes[0] ?? 0) >= 0x80;
  return tagged(INTEGER, Buffer.of(...(isHigh ? [0] : [])), bytes);
}

/** @param unused bits at the end of the last byte that do not count */
export const bits = (bytes: Uint8Array, unused = 0): Buffer => tagged(BIT_STRING, Buffer.of(unused), bytes);

/** An object identifier. @param dotted such as `2.5.29.17` */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return tagged(OBJECT_ID, Buffer.of(first * 40 + second, ...others.flatMap(base128)));
}

/** Seven bits to a byte; all bytes but the last have the highest bit set. */
function base128(value: number): number[] {
  const bytes = [value % 0x80];
  for (let rest = Math.floor(value / 0x80); rest > 0; rest = Math.floor(rest / 0x80))
    bytes.unshift(0x80 | (rest % 0x80));
  return bytes;
}

/** To the second. Certificates write years from 2050 on with four digits (RFC 5280, section 4.1.2.5). */
export function time(at: Date): Buffer {
  const digits = `${at.toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
  return at.getUTCFullYear() < 2_050
    ? tagged(UTC_TIME, Buffer.from(digits.slice(2)))
    : tagged(GENERALIZED_TIME, Buffer.from(digits));
}
