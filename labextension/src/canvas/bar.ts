/** A progress bar. */

import { html } from './element.js';
import { percent } from './words.js';

/** A bar filled to a share of 1. */
export function progressBar(share: number, label: string): HTMLElement {
  const value = parseInt(percent(share), 10);
  const fill = html('span', { class: 'cnb-bar-fill' });
  fill.style.width = `${value}%`;
  return html(
    'span',
    { class: 'cnb-bar', role: 'progressbar', 'aria-label': label, 'aria-valuenow': value, 'aria-valuemin': 0, 'aria-valuemax': 100 },
    fill
  );
}
