// Finds deliveries of any tenant by whatever somebody was told. It is in the bar: the question comes by mail, on any page.
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Found, Match } from '../api/answers.ts';
import { inert } from '../parts/inert.ts';
import { Moment } from '../parts/moment.tsx';
import { findAnywhere, pathOfMatch } from './find.ts';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, select, textarea, dialog *');

export function Search() {
  const [text, setText] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const [, go] = useLocation();
  const find = useMutation({
    mutationFn: async (text: string) => {
      const found = await findAnywhere(text);
      if (found.data.length === 0)
        throw new Error('No delivery, call or event has this id, own id or key, or one that begins with it.');
      return found;
    },
    onSuccess: ({ data: [only, ...others] }) => {
      if (only === undefined || others.length > 0) return;
      close();
      go(pathOfMatch(only));
    },
  });
  const close = () => {
    setText('');
    find.reset();
    field.current?.blur();
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') find.mutate(text);
  };
  return (
    <search className="search">
      <form onSubmit={submit}>
        <input
          ref={field}
          type="search"
          aria-label="Find by an id, its beginning, an own id or a key"
          aria-keyshortcuts="/"
          placeholder="Find by id or key  /"
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={({ target }) => {
            setText(target.value);
            find.reset();
          }}
        />
      </form>
      {find.isError && (
        <p className="notice bad" role="alert">
          {find.error.message}
        </p>
      )}
      {find.data !== undefined && find.data.data.length > 1 && <Matches found={find.data} close={close} />}
    </search>
  );
}

const KINDS: Readonly<Record<Match['kind'], string>> = {
  delivery: 'Delivery',
  attempt: 'Call',
  event: 'Event',
  ownId: 'Own id',
  key: 'Key',
};

function Matches({ found, close }: { readonly found: Found; readonly close: () => void }) {
  return (
    <div className="notice matches" role="status">
      <ul aria-label="Found">
        {found.data.map((match) => (
          <li key={match.kind + match.tenant + match.value + match.eventId}>
            <Link href={pathOfMatch(match)} onClick={close}>
              <strong>{KINDS[match.kind]}</strong> <code>{inert(match.value)}</code>
              <small>
                {inert(match.tenant)} · <Moment at={match.at} />
              </small>
            </Link>
          </li>
        ))}
      </ul>
      {found.more && <p>There are more matches: type more characters.</p>}
    </div>
  );
}
