/** The view of a campaign: the data that the picture is drawn from, and its validation. */

import { flag, list, number, oneOf, optional, pair, record, ShapeProblem, text } from './shape.js';

/** The type under which a campaign's view stands in a notebook's outputs. */
export const MIME_TYPE = 'application/vnd.campaign+json';

/** The version of the view that this code draws. */
export const VERSION = 1;

const STATUSES = ['draft', 'scheduled', 'live', 'completed', 'closed', 'stopped', 'archived'] as const;
const NODE_STATES = ['idle', 'pending', 'running', 'waiting', 'done', 'warning', 'error', 'disabled'] as const;
const RUN_STATES = ['running', 'waiting', 'paused', 'done', 'failed', 'stopped'] as const;

export type Status = (typeof STATUSES)[number];
export type NodeState = (typeof NODE_STATES)[number];

/** What a card looks like: a state, a run that has halted there, an activity that a run passed by. */
export type DrawnState = NodeState | 'halted' | 'skipped';

/** When the campaign is launched. */
export interface ISchedule {
  sentence: string;
  next: string[];
}

/** The latest run. */
export interface IRun {
  id: string;
  mode: 'dry' | 'live';
  state: (typeof RUN_STATES)[number];
  as_of: string;
  started: string;
  ended: string | null;
  progress: number;
  held_at: string | null;
  why: string | null;
  error: string | null;
  due: string | null;
  rows: number | null;
  left: number | null;
  left_from: string | null;
}

/** An activity. */
export interface INode {
  id: string;
  label: string;
  kind: string;
  kind_label: string;
  family: string;
  icon: string;
  state: NodeState;
  options: [string, string][];
  reasons: [string, number][];
  problems: string[];
  cell: number | null;
  note: string | null;
  halted: boolean | null;
  passed: boolean | null;
}

/** A transition: it carries a population from one activity to the next. */
export interface IEdge {
  id: string;
  source: string;
  port: string;
  target: string | null;
  label: string;
  count: number | null;
  state: 'idle' | 'active' | 'empty' | 'closed';
  columns: [string, string][];
}

/** A campaign as it is drawn. */
export interface IView {
  version: number;
  name: string;
  description: string;
  tags: string[];
  status: Status;
  paused: boolean;
  error: boolean;
  reason: string | null;
  time_zone: string;
  definition_version: number;
  schedule: ISchedule | null;
  run: IRun | null;
  nodes: INode[];
  edges: IEdge[];
  problems: string[];
}

const name = text(300);
const word = text(100);

const readNode = record<INode>({
  id: text(),
  label: name,
  kind: word,
  kind_label: name,
  family: word,
  icon: word,
  state: oneOf(...NODE_STATES),
  options: list(pair(name, text()), 200),
  reasons: list(pair(name, number), 200),
  problems: list(text(), 100),
  cell: optional(number),
  note: optional(text()),
  halted: optional(flag),
  passed: optional(flag)
});

const readEdge = record<IEdge>({
  id: text(),
  source: text(),
  port: word,
  target: optional(text()),
  label: name,
  count: optional(number),
  state: oneOf('idle', 'active', 'empty', 'closed'),
  columns: list(pair(name, name), 2000)
});

const read = record<IView>({
  version: number,
  name,
  description: text(),
  tags: list(name, 50),
  status: oneOf(...STATUSES),
  paused: flag,
  error: flag,
  reason: optional(text()),
  time_zone: word,
  definition_version: number,
  schedule: optional(record<ISchedule>({ sentence: text(), next: list(word, 100) })),
  run: optional(
    record<IRun>({
      id: name,
      mode: oneOf('dry', 'live'),
      state: oneOf(...RUN_STATES),
      as_of: word,
      started: word,
      ended: optional(word),
      progress: number,
      held_at: optional(name),
      why: optional(text()),
      error: optional(text()),
      due: optional(word),
      rows: optional(number),
      left: optional(number),
      left_from: optional(word)
    })
  ),
  nodes: list(readNode, 400),
  edges: list(readEdge, 1200),
  problems: list(text(), 200)
});

/** The first id that stands twice. */
function twice(ids: readonly string[]): string | undefined {
  return ids.find((id, index) => ids.indexOf(id) !== index);
}

function checkLinks(view: IView): void {
  const ids = new Set(view.nodes.map(node => node.id));
  const node = twice(view.nodes.map(each => each.id));
  const edge = twice(view.edges.map(each => each.id));
  if (node !== undefined) {
    throw new ShapeProblem('nodes has one id twice');
  }
  if (edge !== undefined) {
    throw new ShapeProblem('edges has one id twice');
  }
  view.edges.forEach((each, index) => {
    if (!ids.has(each.source) || (each.target !== null && !ids.has(each.target))) {
      throw new ShapeProblem(`edges[${index}] joins a node that is not in nodes`);
    }
  });
}

/** The view, or the reason why this data is none. */
export function readView(data: unknown): { view: IView; problem: null } | { view: null; problem: string } {
  const version = (data as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version !== VERSION) {
    return { view: null, problem: `it has version ${version}; this extension draws version ${VERSION}` };
  }
  try {
    const view = read(data, '');
    checkLinks(view);
    return { view, problem: null };
  } catch (error) {
    if (error instanceof ShapeProblem) {
      return { view: null, problem: error.message.replace(/^ is not/, 'it is not') };
    }
    throw error;
  }
}
