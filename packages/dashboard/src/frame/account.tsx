// Theme and signing out, at the right of the bar.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { remove } from '../api/client.ts';
import { sessionQuery } from '../api/queries.ts';
import { chooseTheme, chosenTheme, systemTheme, type Theme } from './theme.ts';

export function Account() {
  const queries = useQueryClient();
  const [theme, setTheme] = useState<Theme>(() => chosenTheme() ?? systemTheme());
  const signOut = useMutation({
    mutationFn: () => remove('/session'),
    onSuccess: () => {
      queries.setQueryData(sessionQuery.queryKey, { signedIn: false });
      // Nothing that was seen is left for whoever sits here next.
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
    },
  });
  const other = theme === 'dark' ? 'light' : 'dark';
  const change = () => {
    chooseTheme(other);
    setTheme(other);
  };
  return (
    <div className="account">
      <button type="button" className="button quiet" onClick={change} aria-label={`Use the ${other} theme`}>
        <span aria-hidden="true">{theme === 'dark' ? '☀' : '☾'}</span>
      </button>
      <button type="button" className="button quiet" onClick={() => signOut.mutate()}>
        Sign out
      </button>
    </div>
  );
}
