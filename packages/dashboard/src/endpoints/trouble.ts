// Conclusions from the list of the worst endpoints about one that is not in it.
import { MAX_TROUBLES } from '../../../posthorn/src/domain/trouble.ts';
import type { Trouble } from '../api/answers.ts';

/** The text for an endpoint that is not among the worst. Of a full list nobody knows who else had trouble. */
export const unlistedText = ({ length }: readonly Trouble[]): string =>
  length < MAX_TROUBLES ? 'no trouble' : `not among the ${MAX_TROUBLES} worst`;
