// The store's specification: what seams/store promises, as tests that every store must pass. A theme per file.
import { describe } from 'node:test';
import { acceptContract } from './accept.ts';
import { contractIt, type MakeStore } from './bench.ts';

const THEMES = [acceptContract];

/**
 * Declares the contract's tests for one store.
 * @param makeStore makes an empty database, one per test
 */
export function storeContract(name: string, makeStore: MakeStore): void {
  describe(`the ${name} store`, () => {
    for (const declare of THEMES) declare(contractIt(makeStore));
  });
}
