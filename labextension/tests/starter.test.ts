import assert from 'node:assert/strict';
import { test } from 'node:test';

import { starterNotebook } from '../src/starter.js';

const { cells, metadata } = starterNotebook('Asia/Tokyo', { name: 'py', display_name: 'Python' });

test('the notebook starts with a text and has code that has not been run', () => {
  assert.deepEqual(cells.map(cell => cell.cell_type), ['markdown', 'code', 'code', 'code']);
  assert.deepEqual(cells.slice(1).map(cell => cell['execution_count']), [null, null, null]);
});

test('the campaign stands in the time zone of the reader', () => {
  assert.match(String(cells[2]?.source), /time_zone="Asia\/Tokyo"/);
});

test('the kernel is the one that was chosen', () => {
  assert.deepEqual(metadata.kernelspec, { name: 'py', display_name: 'Python', language: 'python' });
});

test('each cell has an id of its own', () => {
  assert.equal(new Set(cells.map(cell => cell['id'])).size, 4);
});
