// Signing in: the key goes to the server once and is then forgotten by the page.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Session } from '../api/answers.ts';
import { post } from '../api/client.ts';
import { sessionQuery } from '../api/queries.ts';
import { atRoot } from '../api/root.ts';
import { Brand } from '../frame/brand.tsx';
import { usePageTitle } from '../frame/frame.tsx';

export function SignIn() {
  usePageTitle('Sign in');
  const [key, setKey] = useState('');
  const queries = useQueryClient();
  const signIn = useMutation({
    mutationFn: () => post<Session>('/session', JSON.stringify({ key })),
    onSuccess: (session) => {
      setKey('');
      queries.setQueryData(sessionQuery.queryKey, session);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  const wrong = signIn.isError && 'status' in signIn.error && signIn.error.status === 401;
  return (
    <main className="sign-in">
      <h1>
        <Brand />
      </h1>
      <form className="card form" onSubmit={submit}>
        <label className="field">
          <span>API key</span>
          <input
            type="password"
            required
            autoComplete="current-password"
            spellCheck={false}
            aria-describedby="key-hint"
            aria-invalid={signIn.isError}
            value={key}
            onChange={({ target }) => setKey(target.value)}
          />
          <small id="key-hint">
            Printed once, when Posthorn started for the first time, or set as POSTHORN_API_KEY.
          </small>
        </label>
        {signIn.isError && (
          <p className="notice bad" role="alert">
            {wrong ? 'This is not a valid API key.' : signIn.error.message}
          </p>
        )}
        <button type="submit" className="button primary" disabled={signIn.isPending}>
          Sign in
        </button>
      </form>
      <p className="muted">
        For programs: <a href={atRoot('/docs')}>the API reference</a>
      </p>
    </main>
  );
}
