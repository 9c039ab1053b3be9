import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseHosts } from './hosts-file.ts';

describe('the hosts file', () => {
  it('gives every name of a line its address', () => {
    const hosts = parseHosts('10.0.0.1 one One.Example\n\n  10.0.0.2\ttwo  # three\r\n#10.0.0.4 four\nfd00::5 five');
    assert.deepEqual(
      [...hosts],
      [
        ['one', ['10.0.0.1']],
        ['one.example', ['10.0.0.1']],
        ['two', ['10.0.0.2']],
        ['five', ['fd00::5']],
      ],
    );
  });

  it('gives a name on several lines all their addresses', () => {
    assert.deepEqual(parseHosts('10.0.0.1 a\nfd00::1 a').get('a'), ['10.0.0.1', 'fd00::1']);
  });

  it('skips what it cannot read', () => {
    assert.deepEqual([...parseHosts('localhost\n300.1.1.1 a\nnot-an-address b\n::g c\n \n10.0.0.1')], []);
  });
});
