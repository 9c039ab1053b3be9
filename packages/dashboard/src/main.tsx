// Begins the dashboard.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { ApiProblem } from './api/client.ts';
import { sessionQuery } from './api/queries.ts';
import { ROOT } from './api/root.ts';
import { App } from './app.tsx';
import { applyTheme, chosenTheme } from './frame/theme.ts';
import './styles/base.css';
import './styles/parts.css';
import './styles/frame.css';
import './styles/pages.css';
import './styles/charts.css';

applyTheme(chosenTheme());

const MAX_REPEATS = 2;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refused call is refused again; a call without an answer may get one.
      retry: (failures, error) =>
        failures < MAX_REPEATS && error instanceof ApiProblem && (error.status === 0 || error.status >= 500),
    },
  },
});
queries.getQueryCache().subscribe(({ query }) => {
  const { error } = query.state;
  const ended = error instanceof ApiProblem && error.status === 401;
  if (ended && queries.getQueryData(sessionQuery.queryKey)?.signedIn) {
    queries.setQueryData(sessionQuery.queryKey, { signedIn: false });
  }
});

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Router base={ROOT.slice(0, -1)}>
        <App />
      </Router>
    </QueryClientProvider>
  </StrictMode>,
);
