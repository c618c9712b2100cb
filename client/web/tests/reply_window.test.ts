import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReplyWindow } from '../shared/reply_window.ts';

function sent(count: number): ReplyWindow {
  const window = new ReplyWindow();
  for (let i = 1; i <= count; ++i) {
    assert.equal(window.number(), i);
  }
  return window;
}

test('ReplyWindow takes each reply once, in any order', () => {
  const window = sent(5);
  for (const sequence of [3, 1, 5, 2, 4]) {
    assert.equal(window.answer(sequence), true, String(sequence));
    assert.equal(window.answer(sequence), false, `${sequence} again`);
  }
});

test('ReplyWindow refuses what was never sent', () => {
  const window = sent(5);
  for (const sequence of [0, 6, 2 ** 31, 2 ** 32 - 1]) {
    assert.equal(window.answer(sequence), false, String(sequence));
  }
});

test('ReplyWindow lets replies count for 64 requests', () => {
  const window = sent(100);
  assert.equal(window.answer(36), false);
  assert.equal(window.answer(37), true);
  assert.equal(window.answer(100), true, '63 further on');
  assert.equal(window.answer(37), false, 'repeated');
  assert.equal(window.answer(38), true);
  for (let i = 101; i <= 400; ++i) {
    window.number();
  }
  assert.equal(window.answer(400), true, 'all from before is forgotten');
  assert.equal(window.answer(337), true);
  assert.equal(window.answer(336), false);
});
