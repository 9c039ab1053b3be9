// Facts that the server gave of itself at sign-in.
import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../api/queries.ts';

/** Version, header prefix and user agent of this Posthorn. For pages that are shown to who is signed in. */
export function useAbout(): { readonly version: string; readonly headerPrefix: string; readonly userAgent: string } {
  const { data } = useQuery(sessionQuery);
  return data?.signedIn ? data : { version: '', headerPrefix: '', userAgent: '' };
}
