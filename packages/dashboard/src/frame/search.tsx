// Finds deliveries by whatever id somebody was told. It is in the bar: the question comes by mail, on any page.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { findById, idIn } from './find.ts';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, select, textarea, dialog *');

export function Search({ tenant }: { readonly tenant: string }) {
  const [text, setText] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const [, go] = useLocation();
  const queries = useQueryClient();
  const find = useMutation({
    mutationFn: async (quoted: string) => {
      const id = idIn(quoted);
      if (id === undefined) throw new Error('Paste a whole id, such as 0190163d-8694-739b-aea5-966c26f8ad91.');
      const path = await findById(queries, tenant, id);
      if (path === undefined) throw new Error('No delivery, call or event of this tenant has this id.');
      return path;
    },
    onSuccess: (path) => {
      setText('');
      field.current?.blur();
      go(path);
    },
  });
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
          aria-label="Find by the id of a delivery, a call or an event"
          aria-keyshortcuts="/"
          placeholder="Find by id  /"
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
    </search>
  );
}
