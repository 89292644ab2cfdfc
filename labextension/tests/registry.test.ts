import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Campaigns, parseRegistry } from '../src/registry.js';
import { listed, registry } from './samples.js';

function names(campaigns: Campaigns, search = ''): string[] {
  return campaigns.groups(search).flatMap(group => group.rows.map(row => row.campaign.name));
}

test('a message that is no registry is refused', () => {
  assert.equal(parseRegistry({ method: 'update', state: {} }), null);
  assert.equal(parseRegistry({ ...registry('w', []), version: 2 }), null);
  assert.deepEqual(parseRegistry(registry('w', [listed('Spring')])), registry('w', [listed('Spring')]));
});

test('campaigns of several kernels stand in one list', () => {
  const campaigns = new Campaigns();
  campaigns.update('k1', registry('shop', [listed('Spring')]));
  campaigns.update('k2', registry('bank', [listed('Cards')]));
  assert.deepEqual(names(campaigns), ['Cards', 'Spring']);
});

test('a later message of a kernel replaces the earlier one', () => {
  const campaigns = new Campaigns();
  campaigns.update('k1', registry('shop', [listed('Spring')]));
  campaigns.update('k1', registry('shop', [listed('Summer')]));
  assert.deepEqual(names(campaigns), ['Summer']);
});

test('a workspace of two kernels is listed once, from the one whose scheduler runs', () => {
  const campaigns = new Campaigns();
  campaigns.update('k1', registry('shop', [listed('Spring')], { state: 'stopped' }));
  campaigns.update('k2', registry('shop', [listed('Spring')]));
  assert.deepEqual(campaigns.groups().map(group => group.kernel), ['k2']);
});

test('the campaigns of a kernel that ended are gone', () => {
  const campaigns = new Campaigns();
  campaigns.update('k1', registry('shop', [listed('Spring')]));
  campaigns.update('k2', registry('bank', [listed('Cards')]));
  campaigns.drop('k1');
  assert.deepEqual(names(campaigns), ['Cards']);
  campaigns.keep(kernel => kernel === 'k3');
  assert.deepEqual(names(campaigns), []);
});

test('running first, then errors, then by next launch, then finished ones', () => {
  const campaigns = new Campaigns();
  const running = [{ campaign: 'E', run: 'r', progress: 0.5, activity: 'Mail' }];
  const list = [
    listed('A', { status: 'archived' }),
    listed('B', { status: 'draft' }),
    listed('C', { next: '2026-11-24T09:00:00Z' }),
    listed('D', { next: '2026-11-23T09:00:00+09:00' }),
    listed('E'),
    listed('F', { error: true })
  ];
  campaigns.update('k', registry('shop', list, { running }));
  assert.deepEqual(names(campaigns), ['E', 'F', 'D', 'C', 'B', 'A']);
});

test('a search finds all its words in name, tags, channels and status, without case and accents', () => {
  const campaigns = new Campaigns();
  campaigns.update('k', registry('shop', [listed('Été', { tags: ['Retail'], channels: ['email'] }), listed('Winter', { paused: true })]));
  assert.deepEqual(names(campaigns, 'ete RETAIL'), ['Été']);
  assert.deepEqual(names(campaigns, 'paused'), ['Winter']);
  assert.deepEqual(names(campaigns, 'ete winter'), []);
});

test('the summary counts live campaigns and takes the earliest launch of those that are not paused', () => {
  const campaigns = new Campaigns();
  const list = [
    listed('A', { next: '2026-11-24T09:00:00Z' }),
    listed('B', { next: '2026-11-23T09:00:00Z', paused: true }),
    listed('C', { status: 'scheduled', next: '2026-11-25T09:00:00Z', error: true })
  ];
  campaigns.update('k', registry('shop', list));
  assert.deepEqual(campaigns.summary(), { campaigns: 3, live: 1, errors: 1, next: '2026-11-24T09:00:00Z', running: [] });
});

test('what was asked for shows until the kernel of that workspace answers', () => {
  const campaigns = new Campaigns();
  const asked = () => campaigns.groups()[0]?.rows[0]?.asked;
  campaigns.update('k', registry('shop', [listed('Spring')]));
  campaigns.ask('shop/Spring', 'Pausing …');
  campaigns.update('k2', registry('bank', []));
  assert.equal(campaigns.groups()[1]?.rows[0]?.asked, 'Pausing …');
  campaigns.drop('k2');
  campaigns.update('k', registry('shop', [listed('Spring', { paused: true })]));
  assert.equal(asked(), null);
});

test('listeners hear of each change until they leave', () => {
  const campaigns = new Campaigns();
  let heard = 0;
  const leave = campaigns.listen(() => (heard += 1));
  campaigns.update('k', registry('shop', []));
  campaigns.drop('other');
  leave();
  campaigns.drop('k');
  assert.equal(heard, 1);
});
