// Endpoints that had trouble.

/** So many are told of, the worst ones: when the list is full, others may have had trouble too. */
export const MAX_TROUBLES = 20;
