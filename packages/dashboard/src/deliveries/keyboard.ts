// Through a list by keyboard: j and k, or the arrows once a row has the focus, go down and up; Enter opens, because rows are
// links; Escape lets go.
import { useEffect, useRef } from 'react';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, select, textarea, dialog *');

interface ListKeys {
  /** Place of the row that has the focus; `undefined` when none has. */
  readonly chosen: number | undefined;
  /** Where to begin when none has. */
  readonly firstSeen: number;
  readonly go: (place: number) => void;
  readonly leave: () => void;
}

export function useListKeys(keys: ListKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const { chosen, firstSeen, go, leave } = latest.current;
      const down = event.key === 'j' || (event.key === 'ArrowDown' && chosen !== undefined);
      const up = event.key === 'k' || (event.key === 'ArrowUp' && chosen !== undefined);
      if (down) go(chosen === undefined ? firstSeen : chosen + 1);
      else if (up && chosen !== undefined) go(chosen - 1);
      else if (event.key === 'Escape' && chosen !== undefined) leave();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
