/** Where everything stands: layers from left to right, computed from a view without a browser. */

import { Graph, layout } from '@dagrejs/dagre';

import type { Measure } from './text.js';
import type { IEdge, INode, IView } from './view.js';

/** The measures of a node's card. */
export const CARD = { width: 204, height: 66, radius: 8, icon: 32, padding: 12 } as const;

/** The measures of a transition's label. */
export const TAG = { height: 18, size: 11, padding: 7, gap: 5 } as const;

const MARGIN = 14;
const OPEN_END = 12;
const OPEN_LINE = 24;
const PORT_GAP = 14;

/** A point of the picture. */
export interface IPoint {
  x: number;
  y: number;
}

/** A node with the upper left corner of its card. */
export interface IPlacedNode extends IPoint {
  node: INode;
}

/** A transition with its line and label. */
export interface IPlacedEdge {
  edge: IEdge;
  points: IPoint[];
  /** The middle of the label; null without one. */
  tag: (IPoint & { width: number; label: string; count: string }) | null;
}

/** The whole picture. */
export interface IPlaced {
  width: number;
  height: number;
  nodes: IPlacedNode[];
  edges: IPlacedEdge[];
}

/** A count with its thousands set apart. */
export function countText(count: number | null): string {
  return count === null ? '' : count.toLocaleString('en-GB');
}

function tagWidth(label: string, count: string, measure: Measure): number {
  if (!label && !count) {
    return 0;
  }
  const words = [label, count].filter(part => part !== '');
  const text = words.reduce((sum, part) => sum + measure(part, TAG.size, part === count), 0);
  return Math.ceil(text + (words.length - 1) * TAG.gap + 2 * TAG.padding);
}

/** The part of an edge's label that fits on the picture. */
function portText(edge: IEdge): string {
  return edge.label.length > 24 ? `${edge.label.slice(0, 23)}…` : edge.label;
}

/** Where a transition ends in the graph: its target, or a place of its own. */
function targetKey(edge: IEdge): string {
  return edge.target === null ? `open end of ${edge.id}` : `node ${edge.target}`;
}

function build(view: IView, measure: Measure): Graph {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: 'LR',
    ranker: 'network-simplex',
    nodesep: 26,
    edgesep: 16,
    ranksep: 56,
    marginx: MARGIN,
    marginy: MARGIN
  });
  for (const node of view.nodes) {
    graph.setNode(`node ${node.id}`, { width: CARD.width, height: CARD.height });
  }
  for (const edge of view.edges) {
    const width = tagWidth(portText(edge), countText(edge.count), measure);
    if (edge.target === null) {
      graph.setNode(targetKey(edge), { width: OPEN_END, height: OPEN_END });
    }
    graph.setEdge(
      `node ${edge.source}`,
      targetKey(edge),
      { width, height: width ? TAG.height : 0, labelpos: 'c', minlen: 1, weight: edge.port === 'out' ? 2 : 1 },
      edge.id
    );
  }
  layout(graph);
  return graph;
}

/** Whether the layout stands on its head: columns that run against the order of definition. */
function upsideDown(view: IView, graph: Graph): boolean {
  const columns = new Map<number, number[]>();
  for (const node of view.nodes) {
    const { x, y } = graph.node(`node ${node.id}`) as IPoint;
    const key = Math.round(x);
    columns.set(key, [...(columns.get(key) ?? []), y]);
  }
  let agreement = 0;
  for (const column of columns.values()) {
    column.forEach((y, index) => column.slice(index + 1).forEach(later => (agreement += Math.sign(later - y))));
  }
  return agreement < 0;
}

/** Where each edge leaves or enters its card: spread over the side, in the order of the other ends. */
function ports(edges: { id: string; node: string; other: number }[]): Map<string, number> {
  const byNode = new Map<string, { id: string; other: number }[]>();
  for (const edge of edges) {
    byNode.set(edge.node, [...(byNode.get(edge.node) ?? []), edge]);
  }
  const shifts = new Map<string, number>();
  for (const group of byNode.values()) {
    const gap = Math.min(PORT_GAP, (CARD.height - 2 * CARD.radius) / group.length);
    group
      .sort((a, b) => a.other - b.other)
      .forEach(({ id }, index) => shifts.set(id, (index - (group.length - 1) / 2) * gap));
  }
  return shifts;
}

/** The computed places, read from the graph. */
class Places {
  constructor(view: IView, measure: Measure) {
    this.graph = build(view, measure);
    const { width, height } = this.graph.graph() as { width?: number; height?: number };
    this.width = Math.max(width ?? 0, 2 * MARGIN);
    this.height = Math.max(height ?? 0, 2 * MARGIN);
    this.flipped = upsideDown(view, this.graph);
  }

  /** The middle of a card, or of an open end. */
  centre(edge: IEdge, end: 'source' | 'target'): IPoint {
    return this.turned(this.graph.node(end === 'source' ? `node ${edge.source}` : targetKey(edge)) as IPoint);
  }

  /** The middle of a node's card. */
  node(node: INode): IPoint {
    return this.turned(this.graph.node(`node ${node.id}`) as IPoint);
  }

  /** Where a transition passes between its ends: where its label stands, and between the cards of the layers it crosses. */
  inner(edge: IEdge): IPoint[] {
    const points = this.route(edge).points.slice(1, -1);
    return points.length === 1 && !this.tag(edge) ? [] : points.map(point => this.turned(point));
  }

  /** The middle of a transition's label; null without one. */
  tag(edge: IEdge): IPoint | null {
    const { x, y, width } = this.route(edge);
    return width && x !== undefined && y !== undefined ? this.turned({ x, y }) : null;
  }

  private route(edge: IEdge): { points: IPoint[]; x?: number; y?: number; width: number } {
    return this.graph.edge(`node ${edge.source}`, targetKey(edge), edge.id);
  }

  private turned({ x, y }: IPoint): IPoint {
    return { x, y: this.flipped ? this.height - y : y };
  }

  readonly width: number;
  readonly height: number;
  private readonly graph: Graph;
  private readonly flipped: boolean;
}

/** Place a view: every card, line and label. */
export function place(view: IView, measure: Measure): IPlaced {
  const places = new Places(view, measure);
  const leaving = ports(
    view.edges.map(edge => ({ id: edge.id, node: edge.source, other: (places.inner(edge)[0] ?? places.centre(edge, 'target')).y }))
  );
  const arriving = ports(
    view.edges.map(edge => ({ id: edge.id, node: targetKey(edge), other: (places.inner(edge).at(-1) ?? places.centre(edge, 'source')).y }))
  );
  const edges = view.edges.map((edge): IPlacedEdge => {
    const from = places.centre(edge, 'source');
    const to = places.centre(edge, 'target');
    const label = portText(edge);
    const count = countText(edge.count);
    const tag = places.tag(edge);
    const width = tagWidth(label, count, measure);
    const start = from.x + CARD.width / 2;
    // An open end stays near: it need not reach the next layer.
    const end = edge.target === null ? (tag ? tag.x + width / 2 : start) + OPEN_LINE : to.x - CARD.width / 2;
    return {
      edge,
      points: [
        { x: start, y: from.y + (leaving.get(edge.id) ?? 0) },
        ...places.inner(edge),
        { x: end, y: to.y + (arriving.get(edge.id) ?? 0) }
      ],
      tag: tag && { ...tag, width, label, count }
    };
  });
  const nodes = view.nodes.map((node): IPlacedNode => {
    const { x, y } = places.node(node);
    return { node, x: x - CARD.width / 2, y: y - CARD.height / 2 };
  });
  return { width: places.width, height: places.height, nodes, edges };
}

/** The line through the points: straight where they are level, else a smooth bend. */
export function linePath(points: readonly IPoint[]): string {
  const [first, ...rest] = points;
  if (!first) {
    return '';
  }
  let path = `M${round(first.x)},${round(first.y)}`;
  let last = first;
  for (const point of rest) {
    if (Math.abs(point.y - last.y) < 0.5) {
      path += ` L${round(point.x)},${round(point.y)}`;
    } else {
      const middle = (last.x + point.x) / 2;
      path += ` C${round(middle)},${round(last.y)} ${round(middle)},${round(point.y)} ${round(point.x)},${round(point.y)}`;
    }
    last = point;
  }
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
