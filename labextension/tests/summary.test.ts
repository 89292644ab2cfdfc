import assert from 'node:assert/strict';
import { test } from 'node:test';

import { summaryText, summaryTitle } from '../src/summary.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const quiet = { campaigns: 3, live: 2, errors: 0, next: null, running: [] };

test('the line tells of live campaigns, errors and the next launch', () => {
  assert.equal(summaryText(quiet, NOW), 'Campaigns: 2 live');
  assert.equal(summaryText({ ...quiet, errors: 1 }, NOW), 'Campaigns: 2 live · 1 error');
  assert.match(summaryText({ ...quiet, next: '2026-11-22T10:30:00Z' }, NOW), /^Campaigns: 2 live · next \d\d:\d\d$/);
});

test('the title tells of each run', () => {
  const running = [{ campaign: 'Spring', run: 'r', progress: 0.456, activity: 'Mail' }];
  assert.equal(summaryTitle({ ...quiet, running }), '3 campaigns\nSpring: Mail, 46 %');
});
