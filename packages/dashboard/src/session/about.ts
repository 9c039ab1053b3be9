// Facts that the server gave of itself at sign-in.
import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../api/queries.ts';

/** Version and header prefix of this Posthorn. For pages that are shown to who is signed in. */
export function useAbout(): { readonly version: string; readonly headerPrefix: string } {
  const { data } = useQuery(sessionQuery);
  return data?.signedIn ? data : { version: '', headerPrefix: '' };
}
