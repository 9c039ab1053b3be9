// Numbers for people.

const COUNT = new Intl.NumberFormat('en');

/** `12,345`. */
export const countText = (count: number): string => COUNT.format(count);
