// Numbers where there is little room for them.
import { countText } from '../../../posthorn/src/apps/words/figures.ts';

const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
/** From here on a number is read faster when it is short. */
const LONG_COUNT = 100_000;

/** `12,345`, but `1.23M`. */
export const shortCountText = (count: number): string => (count < LONG_COUNT ? countText(count) : SHORT.format(count));
