// A field that chooses one of very many by typing a part of its name: the editable combobox with a listbox of the ARIA
// Authoring Practices. The server searches; what does not fit into the list is said.
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { SETTLE_MS } from './search-field.tsx';

export interface Choice {
  readonly id: string;
  readonly name: string;
  /** Tells apart what has the same name. */
  readonly detail?: string;
}

export interface Found {
  readonly choices: readonly Choice[];
  /** There are more that fit. */
  readonly more: boolean;
}

interface ComboboxProps {
  readonly label: string;
  /** The name of what is chosen, as the field shows it while nobody types. */
  readonly shown: string;
  /** A choice beside the single ones, e.g. all of them. */
  readonly none: string;
  /** Searches; called with an empty text for the first ones. It is a hook, called with each text. */
  readonly useFound: (text: string, open: boolean) => Found | undefined;
  /** @param id empty for `none` */
  readonly choose: (id: string) => void;
}

export function Combobox({ label, shown, none, useFound, choose }: ComboboxProps) {
  const listId = useId();
  const field = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [active, setActive] = useState(-1);
  const searched = useSettled(text.trim());
  const found = useFound(searched, open);
  const rest = found?.choices ?? [];
  const choices = searched === '' ? [{ id: '', name: none }, ...rest] : rest;
  const optionId = (index: number) => `${listId}-${index}`;
  useEffect(() => {
    if (active >= 0) document.getElementById(`${listId}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, listId]);

  const close = () => {
    setOpen(false);
    setText('');
    setActive(-1);
  };
  const take = (choice: Choice | undefined) => {
    if (choice === undefined) return;
    close();
    choose(choice.id);
  };
  const move = (to: number) => {
    if (!open) setOpen(true);
    if (choices.length > 0) setActive((to + choices.length) % choices.length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const keys: Record<string, () => void> = {
      ArrowDown: () => move(active + 1),
      ArrowUp: () => move(active < 0 ? choices.length - 1 : active - 1),
      Enter: () => take(choices[active] ?? (choices.length === 1 ? choices[0] : undefined)),
      Escape: close,
    };
    const act = keys[event.key];
    if (act === undefined || (event.key === 'Enter' && !open)) return;
    event.preventDefault();
    act();
  };
  return (
    <div className="combobox">
      <input
        ref={field}
        role="combobox"
        aria-label={label}
        aria-expanded={open}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={open && active >= 0 ? optionId(active) : undefined}
        autoComplete="off"
        spellCheck={false}
        title={shown}
        placeholder={open ? `Search: ${shown}` : undefined}
        value={open ? text : shown}
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onBlur={close}
        onKeyDown={onKeyDown}
        onChange={({ target }) => {
          setOpen(true);
          setActive(-1);
          setText(target.value);
        }}
      />
      <div className="combobox-popup" hidden={!open}>
        {/* The field keeps the focus, as the pattern says: options are reached by its arrow keys. */}
        <div id={listId} role="listbox" aria-label={label} tabIndex={-1}>
          {choices.map((choice, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
            <div
              key={choice.id}
              id={optionId(index)}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(choice)}
            >
              <span>{choice.name}</span>
              {choice.detail !== undefined && <small className="muted">{choice.detail}</small>}
            </div>
          ))}
        </div>
        <p className="muted" role="status">
          {open && noteOn(found, rest.length, searched)}
        </p>
      </div>
    </div>
  );
}

function noteOn(found: Found | undefined, count: number, text: string): string | undefined {
  if (found === undefined) return 'Searching…';
  if (count === 0 && text !== '') return 'Nothing has this text in it.';
  return found.more ? `The first ${count} of more: type to search.` : undefined;
}

/** A text once nobody has typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), text === '' ? 0 : SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
