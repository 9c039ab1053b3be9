// Endpoints that had trouble.

/** The worst endpoints are listed, up to this many: when the list is full, others may have had trouble too. */
export const MAX_TROUBLES = 20;
