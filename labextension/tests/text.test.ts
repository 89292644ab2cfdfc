import assert from 'node:assert/strict';
import { test } from 'node:test';

import { shorten, wrap } from '../src/canvas/text.js';

const letters = (text: string): number => Array.from(text).length;

test('a text that fits stays whole', () => {
  assert.equal(shorten('Gold', 4, letters), 'Gold');
});

test('a text that does not fit ends with an ellipsis', () => {
  assert.equal(shorten('Lapsed buyers', 8, letters), 'Lapsed…');
});

test('letters of two code units are not cut in half', () => {
  assert.equal(shorten('😀😀😀😀', 3, letters), '😀😀…');
});

test('a label breaks at spaces', () => {
  assert.deepEqual(wrap('One per address', 8, 2, letters), ['One per', 'address']);
});

test('the last line takes the rest and is shortened', () => {
  assert.deepEqual(wrap('One per address of each household', 8, 2, letters), ['One per', 'address…']);
});

test('a word that is too long is shortened on its line', () => {
  assert.deepEqual(wrap('Donaudampfschifffahrt heute', 8, 2, letters), ['Donauda…']);
});
