import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CARD, countText, type IPlaced, linePath, place, TAG } from '../src/canvas/layout.js';
import { estimate } from '../src/canvas/text.js';
import { fittingZoom, neighbour } from '../src/canvas/campaign.js';
import type { IView } from '../src/canvas/view.js';
import { campaign, edge, node } from './samples.js';

function placed(view: IView): IPlaced {
  return place(view, estimate);
}

function at(picture: IPlaced, id: string): { x: number; y: number } {
  const found = picture.nodes.find(each => each.node.id === id);
  assert.ok(found);
  return found;
}

const fan = campaign(
  ['a', 'b', 'c', 'all', 'end'].map(node),
  [edge('a', 'all', 'out', 15_321), edge('b', 'all'), edge('c', 'all'), edge('all', 'end'), edge('all', null, 'complement', 812)]
);

function chain(length: number): IView {
  const names = Array.from({ length }, (_, index) => `n${index}`);
  return campaign(names.map(node), names.slice(1).map((name, index) => edge(`n${index}`, name)));
}

test('every transition leads to the right', () => {
  const picture = placed(fan);
  for (const { points } of picture.edges) {
    const xs = points.map(point => point.x);
    assert.deepEqual(xs, [...xs].sort((a, b) => a - b));
  }
  assert.ok(at(picture, 'all').x + CARD.width < at(picture, 'end').x);
});

test('a column stands in the order of definition', () => {
  const picture = placed(fan);
  assert.ok(at(picture, 'a').y < at(picture, 'b').y && at(picture, 'b').y < at(picture, 'c').y);
});

test('no two cards overlap and none is cut off', () => {
  const picture = placed(fan);
  for (const one of picture.nodes) {
    assert.ok(one.x >= 0 && one.y >= 0 && one.x + CARD.width <= picture.width && one.y + CARD.height <= picture.height);
    for (const other of picture.nodes) {
      const apart = Math.abs(one.x - other.x) >= CARD.width || Math.abs(one.y - other.y) >= CARD.height;
      assert.ok(one === other || apart, `${one.node.id} and ${other.node.id}`);
    }
  }
});

test('labels keep clear of the cards', () => {
  const picture = placed(fan);
  for (const { tag } of picture.edges) {
    for (const { x, y } of tag ? picture.nodes : []) {
      const beside = Math.abs((tag?.x ?? 0) - (x + CARD.width / 2)) >= ((tag?.width ?? 0) + CARD.width) / 2;
      const above = Math.abs((tag?.y ?? 0) - (y + CARD.height / 2)) >= (TAG.height + CARD.height) / 2;
      assert.ok(beside || above);
    }
  }
});

test('a transition without name and count has no label', () => {
  assert.deepEqual(placed(fan).edges.map(each => each.tag?.label ?? each.tag), ['', null, null, null, 'complement']);
});

test('lines that end at one card end apart, in the order in which they come', () => {
  const ends = placed(fan).edges.slice(0, 3).map(each => each.points.at(-1)?.y ?? 0);
  assert.deepEqual(ends.map((y, index) => y - (ends[index - 1] ?? y)), [0, 14, 14]);
});

test('an open end stands just behind its label', () => {
  const picture = placed(fan);
  const complement = picture.edges[4];
  assert.ok(complement?.tag);
  assert.equal(complement.points.at(-1)?.x, complement.tag.x + complement.tag.width / 2 + 24);
});

test('a circle is drawn rather than refused', () => {
  const picture = placed(campaign([node('a'), node('b')], [edge('a', 'b'), edge('b', 'a')]));
  assert.equal(picture.nodes.length, 2);
});

test('an activity that feeds itself is drawn rather than refused', () => {
  assert.equal(placed(campaign([node('a')], [edge('a', 'a')])).edges.length, 1);
});

test('ids that are names of objects do no harm', () => {
  const picture = placed(campaign(['__proto__', 'constructor'].map(node), [edge('__proto__', 'constructor', 'toString', 3)]));
  assert.ok(at(picture, '__proto__').x < at(picture, 'constructor').x);
});

test('an empty campaign has a place', () => {
  const { nodes, edges } = placed(campaign([], []));
  assert.deepEqual([nodes, edges], [[], []]);
});

test('200 activities are placed within two seconds', () => {
  const start = performance.now();
  assert.equal(placed(chain(200)).nodes.length, 200);
  assert.ok(performance.now() - start < 2000);
});

test('a level line is straight and another one bends', () => {
  assert.equal(linePath([{ x: 0, y: 5 }, { x: 10, y: 5 }]), 'M0,5 L10,5');
  assert.equal(linePath([{ x: 0, y: 0 }, { x: 10, y: 4 }]), 'M0,0 C5,0 5,4 10,4');
  assert.equal(linePath([]), '');
});

test('thousands are set apart', () => {
  assert.equal(countText(1_234_567), '1,234,567');
  assert.equal(countText(null), '');
});

test('the zoom never makes a small picture larger nor a wide one illegible', () => {
  assert.equal(fittingZoom(300, 1000), 1);
  assert.equal(fittingZoom(1100, 1000), 1000 / 1100);
  assert.equal(fittingZoom(9000, 1000), 0.85);
  assert.equal(fittingZoom(2000, 1000, 0.35), 0.5);
  assert.equal(fittingZoom(300, 0), 1);
});

test('arrow keys lead along transitions and through a column', () => {
  const picture = placed(fan);
  const from = (kind: 'node' | 'edge', id: string, key: string) => neighbour(fan, picture, { kind, id }, key)?.id ?? null;
  assert.equal(from('node', 'a', 'ArrowRight'), 'a.out to all');
  assert.equal(from('edge', 'a.out to all', 'ArrowRight'), 'all');
  assert.equal(from('node', 'a', 'ArrowDown'), 'b');
  assert.equal(from('node', 'b', 'ArrowUp'), 'a');
  assert.equal(from('node', 'a', 'ArrowUp'), null);
  assert.equal(from('edge', 'all.complement to null', 'ArrowRight'), null);
});
