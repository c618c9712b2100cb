import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExchangeSchedule } from '../shared/exchange_schedule.ts';
import { localInstant } from '../shared/time.ts';
import { assertNs, syncEvents } from './vectors.ts';

test('ExchangeSchedule is due when the C++ one is', () => {
  const schedule = new ExchangeSchedule(localInstant(0));
  for (const [index, [what, at = NaN, next]] of syncEvents('exchange_schedule').entries()) {
    if (what === 'restart') {
      schedule.restart(localInstant(at));
    } else {
      assert.equal(what, 'sent');
      schedule.sent(localInstant(at));
    }
    assertNs(schedule.next, next, `event ${index}`);
  }
});

test('ExchangeSchedule is due from its instant on', () => {
  const schedule = new ExchangeSchedule(localInstant(5e9));
  assert.equal(schedule.due(localInstant(5e9 - 1)), false);
  assert.equal(schedule.due(localInstant(5e9)), true);
});
