import assert from 'node:assert/strict';
import { test } from 'node:test';

import { brief, dayAndTime, inFull, knownZone, relative } from '../src/canvas/time.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');

test('an instant is said relative to now, ahead and past', () => {
  assert.equal(relative('2026-11-22T10:05:00Z', NOW), 'in 5 min');
  assert.equal(relative('2026-11-22T13:59:00Z', NOW), 'in 3 h');
  assert.equal(relative('2026-11-23T10:00:00Z', NOW), 'in 1 day');
  assert.equal(relative('2026-11-17T09:00:00Z', NOW), '5 days ago');
  assert.equal(relative('2026-11-22T10:00:20Z', NOW), 'now');
});

test('59.7 minutes are an hour, not 60 minutes', () => {
  assert.equal(relative('2026-11-22T10:59:42Z', NOW), 'in 1 h');
});

test('from three weeks on the date is said', () => {
  assert.equal(relative('2027-01-04T08:00:00Z', NOW, 'Europe/Paris'), '4 Jan 2027');
});

test('a day and time stand in the zone that is asked for', () => {
  assert.equal(dayAndTime('2026-11-23T08:00:00+00:00', 'Europe/Paris'), 'Mon 23 Nov, 09:00');
  assert.equal(inFull('2026-11-23T08:00:00+00:00', 'Asia/Tokyo'), 'Mon 23 Nov 2026, 17:00 (Asia/Tokyo)');
});

test('midnight is 00:00', () => {
  assert.equal(dayAndTime('2026-11-23T00:00:00Z', 'UTC'), 'Mon 23 Nov, 00:00');
});

test('the short form names the day only where it is another one', () => {
  assert.equal(brief('2026-11-22T19:30:00Z', NOW, 'UTC'), '19:30');
  assert.equal(brief('2026-11-23T09:00:00Z', NOW, 'UTC'), 'Mon 09:00');
  assert.equal(brief('2026-12-07T09:00:00Z', NOW, 'UTC'), '7 Dec');
});

test('an unknown zone is UTC and a text that is no instant stays as it is', () => {
  assert.equal(knownZone('Mars/Olympus'), 'UTC');
  assert.equal(dayAndTime('soon', 'UTC'), 'soon');
  assert.equal(relative('soon', NOW), 'soon');
});
