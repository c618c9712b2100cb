import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionClock, type ClockReply } from '../shared/session_clock.ts';
import { localInstant } from '../shared/time.ts';
import { assertModel, assertNs, syncEvents, type SyncEvent } from './vectors.ts';

/** Lets a clock live through one event, and compares what it says with what C++ said. */
function live(clock: SessionClock, [what, ...values]: SyncEvent, where: string): void {
  const [first = NaN, second = NaN, third = NaN] = values;
  switch (what) {
    case 'restart':
      clock.restart(localInstant(first), second === 1);
      assertNs(clock.next, third, where);
      break;
    case 'lossy':
      clock.setLossy(first === 1);
      assertNs(clock.next, second, where);
      break;
    case 'send':
      assert.ok(clock.due(localInstant(first)), where);
      assert.equal(clock.send(localInstant(first)), second, where);
      assertNs(clock.next, third, where);
      break;
    case 'extra':
      assert.equal(clock.sendExtra(), first, where);
      break;
    case 'take':
      take(clock, values, where);
      break;
    case 'model':
      assertModel(clock.model, values, where);
      break;
    default:
      assert.fail(`event ${what}`);
  }
}

function take(clock: SessionClock, values: readonly number[], where: string): void {
  const [sequence = NaN, t1 = NaN, t2 = NaN, held = NaN, roundTrip = NaN] = values;
  const reply: ClockReply = {
    t1Ns: BigInt(t1),
    t2Ns: BigInt(t2),
    t3Ns: BigInt(t2) + BigInt(held),
    sequence,
  };
  assert.equal(clock.take(reply, localInstant(t1 + roundTrip)), values[5] === 1, where);
  assertNs(clock.roundTripNs, values[6], `${where}: round trip`);
  assertNs(clock.next, values[7], `${where}: next`);
}

test('SessionClock asks, believes and fits as C++ does', () => {
  const clock = new SessionClock();
  const events = syncEvents('session_clock');
  for (const [index, event] of events.entries()) {
    live(clock, event, `event ${index} (${event[0]})`);
  }
  const refused = events.filter(([what, ...values]) => what === 'take' && values[5] === 0);
  assert.ok(refused.length > 5, 'some replies were refused');
  assert.ok(events.some(([what]) => what === 'model'));
});

test('SessionClock refuses replies that cannot be', () => {
  const clock = new SessionClock();
  clock.restart(localInstant(1e9), false);
  const sequence = clock.send(localInstant(1e9));
  const reply = (change: Partial<ClockReply>): ClockReply => ({
    t1Ns: 1_000_000_000n,
    t2Ns: 500n,
    t3Ns: 600n,
    sequence,
    ...change,
  });
  const t4 = localInstant(1e9 + 2e6);
  assert.equal(clock.take(reply({ t1Ns: 1_002_000_001n }), t4), false, 'sent after it came');
  assert.equal(clock.take(reply({ t1Ns: 2n ** 64n - 4_000_000_000n }), t4), false, 'too long');
  assert.equal(clock.take(reply({ t3Ns: 499n }), t4), false, 'answered before asked');
  assert.equal(clock.take(reply({ sequence: sequence + 1 }), t4), false, 'not sent');
  assert.equal(clock.take(reply({}), t4), true);
  assert.equal(clock.take(reply({}), t4), false, 'repeated');
  assert.equal(clock.roundTripNs, 2e6 - 100);
});

test('SessionClock reads its own stamps from before its base', () => {
  const clock = new SessionClock();
  clock.restart(localInstant(-5e6), false);
  const sequence = clock.send(localInstant(-5e6));
  const reply = { t1Ns: 2n ** 64n - 5_000_000n, t2Ns: 500n, t3Ns: 600n, sequence };
  assert.equal(clock.take(reply, localInstant(-3e6)), true);
});

test('SessionClock makes up for nothing from before it was told of losses', () => {
  const clock = new SessionClock();
  clock.restart(localInstant(0), false);
  clock.setLossy(true);
  clock.send(localInstant(0));
  assert.equal(clock.next, 20e6, 'lost, if there is no answer by then');
  clock.setLossy(false);
  assert.equal(clock.next, 31_250_000);
  clock.setLossy(true);
  clock.send(localInstant(31_250_000));
  assert.equal(clock.next, 51_250_000, 'the second one, not the first');
});

test('SessionClock forgets another server', () => {
  const clock = new SessionClock();
  clock.restart(localInstant(0), false);
  for (let i = 0; i < 6; ++i) {
    const sentNs = i * 31_250_000;
    const sequence = clock.send(localInstant(sentNs));
    const t2Ns = BigInt(sentNs) + 50_000n;
    const reply = { t1Ns: BigInt(sentNs), t2Ns, t3Ns: t2Ns + 1_000n, sequence };
    assert.ok(clock.take(reply, localInstant(sentNs + 101_000)));
  }
  assert.ok(clock.model.valid);
  clock.restart(localInstant(1e9), true);
  assert.ok(clock.model.valid, 'the same clock still counts');
  clock.restart(localInstant(1e9), false);
  assert.equal(clock.model.valid, false);
  assert.equal(clock.counters.samples, 0);
});
