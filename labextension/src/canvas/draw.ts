/** The picture of a campaign as SVG: cards, lines, labels. */

import { svg } from './element.js';
import { CARD, type IPlaced, type IPlacedEdge, type IPlacedNode, linePath, TAG } from './layout.js';
import { iconPath, markPath } from './looks.js';
import { type Measure, wrap } from './text.js';
import type { DrawnState, IView } from './view.js';
import { drawnState, nodeState, pictureLabel } from './words.js';

/** What can be selected. */
export type Selection = { kind: 'node' | 'edge'; id: string };

/** A drawn picture and its parts by id. */
export interface IPicture {
  root: SVGSVGElement;
  nodes: Map<string, SVGGElement>;
  edges: Map<string, SVGGElement>;
}

const LABEL_SIZE = 13;
const KIND_SIZE = 11;
const TEXT_X = CARD.padding + CARD.icon + 10;
const TEXT_WIDTH = CARD.width - TEXT_X - CARD.padding;
const FAMILIES = ['targeting', 'data', 'channel', 'flow'];

/** The colour class of an activity's family. */
export function familyClass(family: string): string {
  return `cnb-family-${FAMILIES.includes(family) ? family : 'other'}`;
}

function badge(state: DrawnState): SVGGElement | null {
  const path = markPath(state);
  if (!path) {
    return null;
  }
  return svg(
    'g',
    { class: 'cnb-badge', transform: `translate(${CARD.width - 6} 6)` },
    svg('circle', { r: 9 }),
    svg('path', { class: 'cnb-badge-sign', d: path })
  );
}

function card({ node, x, y }: IPlacedNode, measure: Measure): SVGGElement {
  const lines = wrap(node.label, TEXT_WIDTH, 2, text => measure(text, LABEL_SIZE, true));
  const drawn = drawnState(node);
  const kind = wrap(node.note || node.kind_label, TEXT_WIDTH, 1, text => measure(text, KIND_SIZE, false));
  const top = CARD.height / 2 - (lines.length === 2 ? 12 : 4);
  const state = [nodeState(drawn).text, node.note].filter(Boolean).join(': ');
  const iconTop = (CARD.height - CARD.icon) / 2;
  return svg(
    'g',
    {
      class: `cnb-node ${familyClass(node.family)} cnb-node-${drawn}`,
      transform: `translate(${x} ${y})`,
      tabindex: 0,
      role: 'button',
      'aria-pressed': 'false',
      'aria-label': `${node.label}, ${node.kind_label}, ${state}`
    },
    svg('title', {}, `${node.label} (${node.kind_label}): ${state}`),
    svg('rect', { class: 'cnb-focus', x: -4, y: -4, width: CARD.width + 8, height: CARD.height + 8, rx: CARD.radius + 4 }),
    svg('rect', { class: 'cnb-card', width: CARD.width, height: CARD.height, rx: CARD.radius }),
    svg('rect', { class: 'cnb-tile', x: CARD.padding, y: iconTop, width: CARD.icon, height: CARD.icon, rx: 7 }),
    svg('path', {
      class: 'cnb-sign',
      transform: `translate(${CARD.padding + 7} ${iconTop + 7}) scale(0.75)`,
      d: iconPath(node.icon)
    }),
    ...lines.map((line, index) => svg('text', { class: 'cnb-label', x: TEXT_X, y: top + 16 * index }, line)),
    svg('text', { class: node.note ? 'cnb-kind cnb-note' : 'cnb-kind', x: TEXT_X, y: top + 16 * lines.length }, kind[0] ?? ''),
    badge(drawn)
  );
}

function tag({ tag, edge }: IPlacedEdge, measure: Measure): SVGGElement | null {
  if (!tag) {
    return null;
  }
  const left = tag.x - tag.width / 2;
  const baseline = tag.y + TAG.size * 0.36;
  const gap = tag.label ? measure(tag.label, TAG.size, false) + TAG.gap : 0;
  return svg(
    'g',
    { class: 'cnb-tag' },
    svg('rect', { x: left, y: tag.y - TAG.height / 2, width: tag.width, height: TAG.height, rx: TAG.height / 2 }),
    tag.label ? svg('text', { class: 'cnb-port', x: left + TAG.padding, y: baseline }, tag.label) : null,
    edge.count === null ? null : svg('text', { class: 'cnb-count', x: left + TAG.padding + gap, y: baseline }, tag.count)
  );
}

function line(placed: IPlacedEdge, names: ReadonlyMap<string, string>, measure: Measure): SVGGElement {
  const { edge, points } = placed;
  const last = points[points.length - 1] ?? { x: 0, y: 0 };
  const open = edge.target === null;
  const path = linePath(open ? points : [...points.slice(0, -1), { x: last.x - 5, y: last.y }]);
  const rows = edge.count === null ? 'not counted' : `${placed.tag?.count} rows`;
  const to = edge.target === null ? 'an open end' : names.get(edge.target);
  const closed = edge.state === 'closed' ? ', the run does not go here' : '';
  const label = `${edge.label ? `${edge.label}: ` : ''}${names.get(edge.source)} to ${to}, ${rows}${closed}`;
  return svg(
    'g',
    { class: `cnb-edge cnb-edge-${edge.state}`, tabindex: -1, role: 'button', 'aria-pressed': 'false', 'aria-label': label },
    svg('title', {}, label),
    svg('path', { class: 'cnb-hit', d: path }),
    svg('path', { class: 'cnb-line', d: path }),
    open
      ? svg('circle', { class: 'cnb-open', cx: last.x + 5, cy: last.y, r: 4.5 })
      : svg('path', { class: 'cnb-arrow', d: `M${last.x - 8},${last.y - 4.5}L${last.x},${last.y}L${last.x - 8},${last.y + 4.5}z` }),
    tag(placed, measure)
  );
}

/** Draw a placed view. */
export function draw(view: IView, placed: IPlaced, measure: Measure): IPicture {
  const names = new Map(view.nodes.map(node => [node.id, node.label]));
  const nodes = new Map(placed.nodes.map(each => [each.node.id, card(each, measure)]));
  const edges = new Map(placed.edges.map(each => [each.edge.id, line(each, names, measure)]));
  const root = svg(
    'svg',
    {
      class: view.run?.state === 'running' ? 'cnb-picture cnb-going' : 'cnb-picture',
      viewBox: `0 0 ${placed.width} ${placed.height}`,
      width: placed.width,
      height: placed.height,
      role: 'group',
      'aria-label': pictureLabel(view)
    },
    svg('g', {}, ...edges.values()),
    svg('g', {}, ...nodes.values())
  );
  return { root, nodes, edges };
}
