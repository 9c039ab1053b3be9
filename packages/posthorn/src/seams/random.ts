// The engine's only source of randomness: ids and nonces come from here.

export interface Random {
  /** @returns `size` bytes that nobody can predict; the caller may keep them */
  bytes(size: number): Uint8Array;
}
