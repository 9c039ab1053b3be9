// Makes characters visible that would otherwise hide: controls, and those that turn the direction of the text around them,
// with which a receiver could make its answer read as something else.

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text with a visible sign for each character that has no looks of its own; line ends and tabs stay. */
export function inert(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(HIDDEN, (sign) => {
    if (sign === '\n' || sign === '\t') return sign;
    const code = sign.codePointAt(0) ?? 0;
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
