// A field that narrows a list down while somebody types: the server searches, once they pause.
import { useEffect, useRef, useState } from 'react';

/** A search follows after a moment without typing, in milliseconds. */
export const SETTLE_MS = 200;

interface SearchFieldProps {
  readonly label: string;
  /** The text that the list is narrowed down to. */
  readonly value: string;
  readonly search: (text: string) => void;
}

export function SearchField({ label, value, search }: SearchFieldProps) {
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // Somebody went to another address; a space at the end of what is typed is no reason to touch it.
  useEffect(() => setTyped((now) => (now.trim() === value ? now : value)), [value]);
  const type = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(text.trim()), SETTLE_MS);
  };
  return (
    <input
      type="search"
      className="search-field"
      aria-label={label}
      placeholder={label}
      autoComplete="off"
      spellCheck={false}
      value={typed}
      onChange={({ target }) => type(target.value)}
    />
  );
}
