import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { IRun } from '../src/canvas/view.js';
import { amountOf, drawnState, lasting, whyOf } from '../src/canvas/words.js';
import { campaign, node } from './samples.js';

const RUN: IRun = {
  ...{ id: 'r', mode: 'live', state: 'running', as_of: '2026-07-01T12:00:00+00:00', started: '2026-07-01T12:00:00+00:00', ended: null, progress: 0.5 },
  ...{ held_at: null, why: null, error: null, due: null, rows: null, left: null, left_from: null }
};

test('a halt shows over waiting, what was passed by over idle', () => {
  assert.equal(drawnState({ ...node('Mail'), state: 'waiting', halted: true }), 'halted');
  assert.equal(drawnState({ ...node('Mail'), passed: true }), 'skipped');
  assert.equal(drawnState({ ...node('Mail'), state: 'error', halted: true }), 'error');
});

test('times are no finer than an estimate', () => {
  assert.deepEqual([0.2, 8, 75, 5400].map(lasting), ['1 s', '8 s', '1 min 15 s', '1 h 30 min']);
});

test('rows and time left are told as far as they are known', () => {
  assert.equal(amountOf(RUN), '');
  assert.equal(amountOf({ ...RUN, left_from: 'nothing' }), 'time left unknown');
  const known = { ...RUN, rows: 1200, left: 8, left_from: 'previous' };
  assert.equal(amountOf(known), '1,200 rows · about 8 s left, as the run before');
});

test('a halted run tells where and why', () => {
  const view = { ...campaign([], []), run: { ...RUN, state: 'paused' as const, held_at: 'Mail', why: 'a breakpoint' } };
  assert.equal(whyOf(view), 'Halted at Mail: a breakpoint');
  assert.equal(whyOf({ ...campaign([], []), paused: true, reason: 'the audience moved' }), 'Paused: the audience moved');
});
