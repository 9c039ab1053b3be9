// Through a list by keyboard: j and k go down and up, Enter opens, / goes to the search field.
import { useEffect, useRef, useState } from 'react';
import { SEARCH_FIELD } from './search.tsx';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, select, textarea, [contenteditable]');
/** What does something of its own on Enter. */
const acts = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.matches('a, button');

interface ListKeys {
  readonly count: number;
  readonly open: (index: number) => void;
  /** Brings a row into view. */
  readonly show: (index: number) => void;
}

/** @returns which row is chosen; -1 for none */
export function useListKeys(keys: ListKeys): number {
  const [chosen, setChosen] = useState(-1);
  const latest = useRef({ ...keys, chosen });
  latest.current = { ...keys, chosen };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const { count, open, show, chosen: now } = latest.current;
      const move = (to: number) => {
        if (to < 0 || to >= count) return;
        setChosen(to);
        show(to);
      };
      if (event.key === 'j') move(now + 1);
      else if (event.key === 'k') move(now - 1);
      else if (event.key === 'Enter' && now >= 0 && !acts(event.target)) open(now);
      else if (event.key === '/') {
        event.preventDefault();
        document.getElementById(SEARCH_FIELD)?.focus();
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return Math.min(chosen, keys.count - 1);
}
