/** Icons of activities and marks of their state, as campaign_nb.render draws them too. */

import looks from './looks.json' with { type: 'json' };
import type { DrawnState } from './view.js';

function named(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The strokes of an icon on a grid of 24 x 24; a circle for a name that is not known. */
export function iconPath(name: string): string {
  return named(looks.icons, name) ?? looks.circle;
}

/** The strokes of a state's mark around the origin; undefined where the state has none. */
export function markPath(state: DrawnState): string | undefined {
  return named(looks.marks, state);
}
