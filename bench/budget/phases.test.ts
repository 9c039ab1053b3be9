import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { loopSorting, storageSorting } from './phases.ts';

const SOURCE = new URL('../../packages/posthorn/src/', import.meta.url);
const url = (file: string) => `file:///anywhere/posthorn/dist/${file.replace(/\.ts$/, '.js')}`;
const phaseOf = (file: string, functionName = '') => loopSorting.sort({ url: url(file), functionName });

/** Through which every delivery goes. */
const ON_THE_WAY = [
  'apps/api/event-reader.ts',
  'domain/json.ts',
  'engine/accepting/intake.ts',
  'engine/endpoints/catalog.ts',
  'engine/calling/lanes.ts',
  'engine/claiming/scheduler.ts',
  'engine/calling/holdings.ts',
  'engine/calling/attempts.ts',
  'engine/calling/recorder.ts',
  'domain/profile.ts',
  'adapters/sender/call.ts',
  'apps/metrics/metrics.ts',
];
const IN_THE_STORAGE_THREAD = ['accept', 'claim', 'record', 'packing', 'transaction'].map(
  (name) => `adapters/sqlite/${name}.ts`,
);

describe('the phases', () => {
  it('are known of every file on the way of an event, and the files exist', () => {
    for (const file of ON_THE_WAY) {
      assert.ok(existsSync(new URL(file, SOURCE)), file);
      assert.notEqual(phaseOf(file), undefined, file);
    }
  });

  it('are known of what the storage thread does, and the files exist', () => {
    for (const file of IN_THE_STORAGE_THREAD) {
      assert.ok(existsSync(new URL(file, SOURCE)), file);
      assert.notEqual(storageSorting.sort({ url: url(file), functionName: '' }), undefined, file);
    }
  });

  it('tell messages of the three hot calls apart by the function', () => {
    const messages = 'adapters/sqlite/messages.ts';
    assert.equal(phaseOf(messages, 'packAccept'), 'accept: to the store and back');
    assert.equal(phaseOf(messages, 'packRecord'), 'record: to the store and back');
    assert.equal(phaseOf(messages, 'unpackClaim'), 'claim: to the store and back');
  });

  it('leave to the caller what several parts use', () => {
    assert.equal(phaseOf('engine/batches.ts', 'add'), undefined);
    assert.equal(phaseOf('adapters/sqlite/packing.ts', 'add'), undefined);
  });
});
