// Placeholders for a list or a page: nothing there, not there yet, or something wrong.
import type { ReactNode } from 'react';
import { ApiProblem } from '../api/client.ts';

export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Grey bars in place of `lines` lines. */
export function Loading({ lines = 6 }: { readonly lines?: number }) {
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">Loading…</span>
      {Array.from({ length: lines }, (_, line) => line).map((line) => (
        <span key={line} className="bone" />
      ))}
    </div>
  );
}

/** @param again asks again; left out where asking again cannot help */
export function Failed({ error, again }: { readonly error: Error; readonly again?: (() => void) | undefined }) {
  const missing = error instanceof ApiProblem && error.status === 404;
  return (
    <div className="notice bad" role="alert">
      <p>
        <strong>{missing ? 'Not found.' : 'That did not work.'}</strong> {error.message}
      </p>
      {again !== undefined && !missing && (
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** In place of a whole page that is not there yet. */
export function LoadingPage({ title }: { readonly title: string }) {
  return (
    <>
      <div className="page-head">
        <h1>{title}</h1>
      </div>
      <Loading />
    </>
  );
}

/** In place of a whole page. */
export function FailedPage({ title, error, again }: Parameters<typeof Failed>[0] & { readonly title: string }) {
  return (
    <>
      <div className="page-head">
        <h1>{title}</h1>
      </div>
      <Failed error={error} again={again} />
    </>
  );
}
