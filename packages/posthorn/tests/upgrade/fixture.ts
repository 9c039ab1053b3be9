// Databases that were written by earlier releases, as `write-fixture.ts` left them.
import { fileURLToPath } from 'node:url';

export const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));
/** The encryption key that all of them were written with, in base64. */
export const FIXTURE_KEY = Buffer.alloc(32, 7).toString('base64');
