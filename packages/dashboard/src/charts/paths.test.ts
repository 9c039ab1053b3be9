import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { areaPath, barsPath, linePath } from './paths.ts';
import { countScale } from './scale.ts';

const SCALE = countScale([10]);

describe('the paths of charts', () => {
  it('draw lines through what there is, and dashes where it stands alone', () => {
    assert.equal(linePath([0, 5, null, 10, null], SCALE), 'M0.5 1L1.5 0.5M3.14 0h0.72');
    assert.equal(linePath([null, null], SCALE), '');
  });

  it('fill areas down to the axis, each stretch by itself', () => {
    assert.equal(
      areaPath([5, 10, null, 5, null, 0, 5], SCALE),
      'M0.5 1L0.5 0.5L1.5 0L1.5 1ZM5.5 1L5.5 1L6.5 0.5L6.5 1Z',
    );
  });

  it('stand bars on bars', () => {
    assert.equal(barsPath([5, 0, null], SCALE), 'M0.14 1V0.5h0.72V1Z');
    assert.equal(barsPath([2], SCALE, [5]), 'M0.14 0.5V0.3h0.72V0.5Z');
  });

  it('never leave the picture', () => {
    assert.equal(linePath([20, -5], SCALE), 'M0.5 0L1.5 1');
  });
});
