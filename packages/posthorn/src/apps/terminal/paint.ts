// Colours for people at a terminal, none for pipes and files.
import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/**
 * Colours only where a person looks: `stream` is a terminal that shows them, and neither `NO_COLOR` nor
 * `TERM=dumb` asks for none. `FORCE_COLOR` asks for them anywhere, e.g. in a recorded pipe.
 */
export function paintFor(
  stream: { readonly isTTY?: boolean | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced === '0' || forced === 'false' ? plain : coloured;
  if (environment['NO_COLOR'] || environment['TERM'] === 'dumb') return plain;
  return stream.isTTY === true ? coloured : plain;
}
