import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readView } from '../src/canvas/view.js';
import { campaign, edge, node } from './samples.js';

test('a whole view is read as it stands', () => {
  const { view, problem } = readView(campaign([node('Gold')], []));
  assert.equal(problem, null);
  assert.equal(view?.nodes[0]?.label, 'Gold');
});

test('data that is no object is refused', () => {
  assert.equal(readView('text').problem, 'it is not an object');
  assert.equal(readView(null).problem, 'it is not an object');
});

test('the place of a wrong value is named', () => {
  const wrong = { ...node('Gold'), options: [['Rule', 3]] };
  assert.equal(readView(campaign([wrong], [])).problem, 'nodes[0].options[0][1] is not text');
});

test('a view of another version is refused with both versions', () => {
  assert.equal(readView({ ...campaign([], []), version: 2 }).problem, 'it has version 2; this extension draws version 1');
});

test('a state that is not known is refused', () => {
  const wrong = { ...node('Gold'), state: 'dancing' };
  assert.match(readView(campaign([wrong], [])).problem ?? '', /^nodes\[0\]\.state is not one of idle, pending/);
});

test('a transition to a node that is missing is refused', () => {
  assert.equal(readView(campaign([node('Gold')], [edge('Gold', 'Silver')])).problem, 'edges[0] joins a node that is not in nodes');
  assert.equal(readView(campaign([node('Gold')], [edge('Silver', 'Gold')])).problem, 'edges[0] joins a node that is not in nodes');
});

test('one id twice is refused', () => {
  assert.equal(readView(campaign([node('Gold'), node('Gold')], [])).problem, 'nodes has one id twice');
});

test('an infinite count is refused', () => {
  const wrong = { ...edge('Gold', null), count: Infinity };
  assert.equal(readView(campaign([node('Gold')], [wrong])).problem, 'edges[0].count is not a number');
});

test('a view with too many nodes is refused', () => {
  const many = Array.from({ length: 401 }, (_, index) => node(`n${index}`));
  assert.equal(readView(campaign(many, [])).problem, 'nodes is not a list of at most 400');
});

test('control and direction characters are made visible and long text is cut', () => {
  const { view } = readView(campaign([{ ...node('a'), label: '\u202eevil\u0000' }, { ...node('b'), label: 'x'.repeat(1000) }], []));
  assert.equal(view?.nodes[0]?.label, '\ufffdevil\ufffd');
  assert.equal(view?.nodes[1]?.label.length, 300);
});

test('views of before halts and notes are read, and what they lack is null', () => {
  const { note, halted, passed, ...old } = node('Gold');
  const { view } = readView(campaign([old], [edge('Gold', null)]));
  assert.deepEqual([view?.nodes[0]?.note, view?.nodes[0]?.halted, view?.nodes[0]?.passed], [null, null, null]);
  assert.deepEqual([note, halted, passed], [null, null, null]);
});
