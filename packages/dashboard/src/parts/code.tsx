// Text of strangers, shown as text: never as HTML, never as a link, with what would hide or turn it made visible.
import { useState } from 'react';
import { indentJson } from '../../../posthorn/src/apps/words/indent-json.ts';
import { Copy } from './copy.tsx';
import { inert } from './inert.ts';

/** Characters laid out at once; the rest is a click away, because laying out 64 KiB of one line takes a browser long. */
const SHOWN_CHARACTERS = 20_000;

interface CodeProps {
  /** The label for those who cannot see where it stands. */
  readonly label: string;
  readonly text: string;
}

/** A body: laid out if it is JSON, or exactly as it is. */
export function Code({ label, text }: CodeProps) {
  const laidOut = indentJson(text);
  const [raw, setRaw] = useState(false);
  const [whole, setWhole] = useState(false);
  const chosen = raw ? text : laidOut;
  const shown = whole ? chosen : chosen.slice(0, SHOWN_CHARACTERS);
  return (
    <div className="code">
      <div className="code-tools">
        {laidOut !== text && (
          <button type="button" className="button small" aria-pressed={raw} onClick={() => setRaw(!raw)}>
            Exact bytes
          </button>
        )}
        <Copy text={text} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} role="region" aria-label={label}>
        {inert(shown)}
      </pre>
      {shown.length < chosen.length && (
        <button type="button" className="button small" onClick={() => setWhole(true)}>
          Show all {chosen.length.toLocaleString()} characters
        </button>
      )}
    </div>
  );
}

export type HeaderLine = readonly [name: string, value: string | null];

interface HeadersProps {
  readonly label: string;
  readonly lines: readonly HeaderLine[];
  /** Words for a value that is not there. */
  readonly absent?: string;
}

/** Headers, one a line. */
export function Headers({ label, lines, absent = 'hidden, it is a credential' }: HeadersProps) {
  return (
    <dl className="headers" aria-label={label}>
      {lines.map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a header may be there twice, and lines never move
        <div key={index}>
          <dt>{inert(name)}</dt>
          <dd>{value === null ? <em>{absent}</em> : inert(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
