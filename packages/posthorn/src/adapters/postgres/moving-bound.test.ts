import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MovingBound } from './moving-bound.ts';

describe('the moving bound of a claim', () => {
  it('begins at the front and then where the last claim ended', () => {
    const bound = new MovingBound<number>(0);
    const first = bound.begin(100);
    assert.deepEqual([first.from, first.full], [0, true]);
    bound.end(first, 101, 500);
    assert.equal(bound.begin(102).from, 500);
  });

  it('goes back to the front after a second, and when it is told to', () => {
    const bound = new MovingBound<number>(0);
    bound.end(bound.begin(100), 101, 500);
    assert.equal(bound.begin(1_100).from, 500);
    assert.equal(bound.begin(1_101).from, 0);
    assert.equal(bound.begin(102, true).from, 0);
  });

  it('goes to the front the more seldom the longer that takes', () => {
    const bound = new MovingBound<number>(0);
    bound.end(bound.begin(0), 400, 500);
    assert.equal(bound.begin(8_399).from, 500);
    assert.equal(bound.begin(8_400).from, 0);
  });

  it('stays where it is when a claim found nothing or failed', () => {
    const bound = new MovingBound<number>(0);
    bound.end(bound.begin(0), 1, 500);
    bound.end(bound.begin(2), 3);
    assert.equal(bound.begin(4).from, 500);
  });

  it('goes back to what was put below it', () => {
    const bound = new MovingBound<number>(0);
    bound.end(bound.begin(0), 1, 500);
    bound.note(300);
    assert.equal(bound.begin(2).from, 300);
    bound.note(400);
    assert.equal(bound.begin(3).from, 300);
  });

  it('does not step over what was put there while a claim was under way, however many there were', () => {
    const bound = new MovingBound<number>(0);
    bound.end(bound.begin(0), 1, 500);
    const [one, two] = [bound.begin(2), bound.begin(3)];
    bound.note(450);
    const three = bound.begin(4);
    bound.end(two, 5, 600);
    assert.equal(bound.begin(6).from, 450);
    bound.end(three, 7, 700);
    bound.end(one, 8, 800);
    assert.equal(bound.begin(9).from, 450);
  });

  it('orders ids as text', () => {
    const bound = new MovingBound<string>('00000000');
    bound.end(bound.begin(0), 1, '0a000000');
    bound.note('09ffffff');
    assert.equal(bound.begin(2).from, '09ffffff');
  });
});
