/** The strip below the picture: what is known of the selected activity or transition. */

import type { Selection } from './draw.js';
import { familyClass } from './draw.js';
import { html, strokeIcon } from './element.js';
import { pill } from './header.js';
import { countText } from './layout.js';
import { iconPath } from './looks.js';
import type { IEdge, INode, IView } from './view.js';
import { drawnState, nodeState } from './words.js';

/** What the strip can ask for. */
export interface IDetailsActions {
  select(selection: Selection): void;
  close(): void;
}

const CROSS = 'M6 6l12 12 M18 6l-12 12';

function section(title: string, ...body: Node[]): HTMLElement {
  return html('section', { class: 'cnb-section' }, html('h4', {}, title), ...body);
}

function rows(pairs: readonly (readonly [string, string])[], style = 'cnb-options'): HTMLElement {
  return html(
    'dl',
    { class: style },
    ...pairs.flatMap(([name, value]) => [html('dt', {}, name), html('dd', {}, value)])
  );
}

function frame(head: Node[], actions: IDetailsActions, body: (Node | null)[], label: string): HTMLElement {
  const close = html('button', { class: 'cnb-button cnb-close', type: 'button', title: 'Close details (Esc)', 'aria-label': 'Close details' }, strokeIcon(CROSS, 14));
  close.addEventListener('click', () => actions.close());
  return html(
    'div',
    { class: 'cnb-details', role: 'region', 'aria-label': label },
    html('div', { class: 'cnb-details-head' }, ...head, close),
    html('div', { class: 'cnb-details-body' }, ...body)
  );
}

function link(text: string, count: number | null, go: () => void): HTMLElement {
  const button = html(
    'button',
    { class: 'cnb-link', type: 'button' },
    html('span', {}, text),
    html('span', { class: 'cnb-figure' }, countText(count))
  );
  button.addEventListener('click', go);
  return html('li', {}, button);
}

function transitions(view: IView, node: INode, actions: IDetailsActions): HTMLElement | null {
  const label = new Map(view.nodes.map(each => [each.id, each.label]));
  const port = (edge: IEdge): string => (edge.label ? ` · ${edge.label}` : '');
  const item = (edge: IEdge, text: string): HTMLElement =>
    link(text, edge.count, () => actions.select({ kind: 'edge', id: edge.id }));
  const arriving = view.edges
    .filter(edge => edge.target === node.id)
    .map(edge => item(edge, `← ${label.get(edge.source)}${port(edge)}`));
  const leaving = view.edges
    .filter(edge => edge.source === node.id)
    .map(edge => item(edge, `→ ${edge.target === null ? 'open end' : label.get(edge.target)}${port(edge)}`));
  const all = [...arriving, ...leaving];
  return all.length ? section('Transitions', html('ul', { class: 'cnb-links' }, ...all)) : null;
}

function reasons(node: INode): HTMLElement | null {
  if (!node.reasons.length) {
    return null;
  }
  return section('Rows by reason', rows(node.reasons.map(([reason, count]) => [reason, countText(count)] as const), 'cnb-figures'));
}

function nodeDetails(view: IView, node: INode, actions: IDetailsActions): HTMLElement {
  const head = [
    html('span', { class: `cnb-details-icon ${familyClass(node.family)}` }, strokeIcon(iconPath(node.icon), 16)),
    html('span', { class: 'cnb-details-name' }, node.label),
    html('span', { class: 'cnb-muted' }, node.cell === null ? node.kind_label : `${node.kind_label} · cell ${node.cell}`),
    pill(nodeState(drawnState(node)))
  ];
  const none = html('p', { class: 'cnb-muted' }, 'No options set.');
  const problems = node.problems.map(problem => html('li', {}, problem));
  return frame(
    head,
    actions,
    [
      node.note ? html('p', { class: 'cnb-told' }, node.note) : null,
      problems.length ? section('Problems', html('ul', { class: 'cnb-bad' }, ...problems)) : null,
      section('Options', node.options.length ? rows(node.options) : none),
      reasons(node),
      transitions(view, node, actions)
    ],
    `Details of ${node.label}`
  );
}

function edgeDetails(view: IView, edge: IEdge, actions: IDetailsActions): HTMLElement {
  const find = (id: string | null): INode | undefined => view.nodes.find(node => node.id === id);
  const from = find(edge.source);
  const to = find(edge.target);
  const ends = [from, to].filter((node): node is INode => node !== undefined);
  const head = [
    html('span', { class: 'cnb-details-name' }, `${from?.label} → ${to?.label ?? 'open end'}`),
    html('span', { class: 'cnb-muted' }, 'Transition')
  ];
  const facts: [string, string][] = [
    ['Output', edge.label || 'main'],
    ['Rows', edge.count === null ? 'not counted yet' : countText(edge.count)]
  ];
  const columns = edge.columns.map(([name, type]) =>
    html('li', { class: 'cnb-column' }, html('span', {}, name), html('span', { class: 'cnb-muted' }, type))
  );
  return frame(
    head,
    actions,
    [
      section('Population', rows(facts)),
      section('Columns', columns.length ? html('ul', { class: 'cnb-columns' }, ...columns) : html('p', { class: 'cnb-muted' }, 'Not known.')),
      section('Between', html('ul', { class: 'cnb-links' }, ...ends.map(node => link(node.label, null, () => actions.select({ kind: 'node', id: node.id })))))
    ],
    'Details of the transition'
  );
}

/** The details of a selection; null where the view does not hold it. */
export function details(view: IView, selection: Selection, actions: IDetailsActions): HTMLElement | null {
  if (selection.kind === 'node') {
    const node = view.nodes.find(each => each.id === selection.id);
    return node ? nodeDetails(view, node, actions) : null;
  }
  const edge = view.edges.find(each => each.id === selection.id);
  return edge ? edgeDetails(view, edge, actions) : null;
}
