/** The campaigns of all kernels: what the kernels told, merged, ordered, searched. */

import { flag, list, number, oneOf, optional, record, ShapeProblem, text } from './canvas/shape.js';

/** The comm on which a kernel tells of its campaigns. */
export const REGISTRY_TARGET = 'campaign_nb.registry';

/** The comm on which the page asks for something; the kernel never sends on it. */
export const CONTROL_TARGET = 'campaign_nb.control';

/** A run that is going on. */
export interface IRunning {
  campaign: string;
  run: string;
  progress: number;
  activity: string;
}

/** A campaign in the list. */
export interface ICampaign {
  name: string;
  status: string;
  paused: boolean;
  error: boolean;
  next: string | null;
  last: { run: string; state: string; at: string } | null;
  tags: string[];
  channels: string[];
  activities: number;
}

/** What one kernel tells of one workspace. */
export interface IRegistry {
  version: number;
  workspace: { id: string; label: string };
  scheduler: { state: 'running' | 'paused' | 'stopped'; next: string | null; running: IRunning[] };
  campaigns: ICampaign[];
}

/** What the page may ask a kernel for. */
export type ControlMessage =
  | { type: 'hello' }
  | { type: 'pause' | 'resume' | 'stop'; campaign: string; workspace: string }
  | { type: 'scheduler'; action: 'pause' | 'start' };

/** A campaign with where it lives. */
export interface IRow {
  key: string;
  kernel: string;
  workspace: { id: string; label: string };
  campaign: ICampaign;
  running: IRunning | null;
  /** What was asked for and has not been answered yet. */
  asked: string | null;
}

/** A workspace with its scheduler. */
export interface IGroup {
  kernel: string;
  workspace: { id: string; label: string };
  scheduler: IRegistry['scheduler'];
  rows: IRow[];
}

/** All campaigns in a few figures. */
export interface ISummary {
  campaigns: number;
  live: number;
  errors: number;
  next: string | null;
  running: IRunning[];
}

const word = text(300);

const readRegistry = record<IRegistry>({
  version: number,
  workspace: record({ id: word, label: word }),
  scheduler: record<IRegistry['scheduler']>({
    state: oneOf('running', 'paused', 'stopped'),
    next: optional(word),
    running: list(record<IRunning>({ campaign: word, run: word, progress: number, activity: word }))
  }),
  campaigns: list(
    record<ICampaign>({
      name: word,
      status: word,
      paused: flag,
      error: flag,
      next: optional(word),
      last: optional(record({ run: word, state: word, at: word })),
      tags: list(word, 100),
      channels: list(word, 100),
      activities: number
    }),
    2000
  )
});

/** The registry in a message; null where the message holds none of version 1. */
export function parseRegistry(data: unknown): IRegistry | null {
  try {
    const registry = readRegistry(data, '');
    return registry.version === 1 ? registry : null;
  } catch (error) {
    if (error instanceof ShapeProblem) {
      return null;
    }
    throw error;
  }
}

const SCHEDULER_RANK = { running: 0, paused: 1, stopped: 2 } as const;
const FINISHED = new Set(['completed', 'closed', 'stopped', 'archived']);

function rank(row: IRow): number {
  if (row.running) {
    return 0;
  }
  if (row.campaign.error) {
    return 1;
  }
  if (FINISHED.has(row.campaign.status)) {
    return 4;
  }
  return row.campaign.next === null ? 3 : 2;
}

function inOrder(a: IRow, b: IRow): number {
  const next = (row: IRow): number => (row.campaign.next === null ? 0 : Date.parse(row.campaign.next));
  return rank(a) - rank(b) || next(a) - next(b) || a.campaign.name.localeCompare(b.campaign.name);
}

/** A text as it is searched: lower case, without accents. */
export function folded(value: string): string {
  return value.normalize('NFD').replace(/\p{Diacritic}/gu, '').toLowerCase();
}

function matches(row: IRow, words: readonly string[]): boolean {
  const { name, status, paused, tags, channels } = row.campaign;
  const all = folded([name, status, paused ? 'paused' : '', row.workspace.label, ...tags, ...channels].join(' '));
  return words.every(each => all.includes(each));
}

/** What all kernels told, kept by kernel and workspace. */
export class Campaigns {
  /** Take in what a kernel told. */
  update(kernel: string, registry: IRegistry): void {
    const known = this.told.get(kernel) ?? new Map<string, IRegistry>();
    known.set(registry.workspace.id, registry);
    this.told.set(kernel, known);
    for (const key of this.asked.keys()) {
      if (key.startsWith(`${registry.workspace.id}/`)) {
        this.asked.delete(key);
      }
    }
    this.emit();
  }

  /** Forget a kernel that ended. */
  drop(kernel: string): void {
    if (this.told.delete(kernel)) {
      this.emit();
    }
  }

  /** Forget all kernels but these. */
  keep(alive: (kernel: string) => boolean): void {
    [...this.told.keys()].filter(kernel => !alive(kernel)).forEach(kernel => this.drop(kernel));
  }

  /** Note what was asked for, until the kernel answers. */
  ask(key: string, what: string): void {
    this.asked.set(key, what);
    this.emit();
  }

  /** Give up waiting for an answer. */
  unask(key: string): void {
    if (this.asked.delete(key)) {
      this.emit();
    }
  }

  /** Whether a kernel told of any campaign. */
  knows(kernel: string): boolean {
    return this.told.has(kernel);
  }

  /** Workspaces by label, each once, with the campaigns that hold all words of the search. */
  groups(search = ''): IGroup[] {
    const words = folded(search).split(/\s+/).filter(each => each !== '');
    const chosen = new Map<string, { kernel: string; registry: IRegistry }>();
    for (const [kernel, registries] of this.told) {
      for (const registry of registries.values()) {
        const other = chosen.get(registry.workspace.id)?.registry;
        // Two kernels may share a workspace: the one whose scheduler is at work knows best.
        if (!other || SCHEDULER_RANK[registry.scheduler.state] < SCHEDULER_RANK[other.scheduler.state]) {
          chosen.set(registry.workspace.id, { kernel, registry });
        }
      }
    }
    return [...chosen.values()]
      .map(({ kernel, registry }) => this.group(kernel, registry, words))
      .sort((a, b) => a.workspace.label.localeCompare(b.workspace.label));
  }

  /** All campaigns in a few figures. */
  summary(): ISummary {
    const groups = this.groups();
    const campaigns = groups.flatMap(group => group.rows.map(row => row.campaign));
    const going = campaigns.filter(each => !each.paused && each.next !== null);
    const next = going.map(each => each.next as string).sort((a, b) => Date.parse(a) - Date.parse(b));
    return {
      campaigns: campaigns.length,
      live: campaigns.filter(each => each.status === 'live' && !each.paused).length,
      errors: campaigns.filter(each => each.error).length,
      next: next[0] ?? null,
      running: groups.flatMap(group => group.scheduler.running)
    };
  }

  /** Call back at each change; the result ends that. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private group(kernel: string, registry: IRegistry, words: readonly string[]): IGroup {
    const { workspace, scheduler } = registry;
    const rows = registry.campaigns.map((campaign): IRow => {
      const key = `${workspace.id}/${campaign.name}`;
      const running = scheduler.running.find(each => each.campaign === campaign.name) ?? null;
      return { key, kernel, workspace, campaign, running, asked: this.asked.get(key) ?? null };
    });
    return { kernel, workspace, scheduler, rows: rows.filter(row => matches(row, words)).sort(inOrder) };
  }

  private emit(): void {
    this.listeners.forEach(each => each());
  }

  private readonly told = new Map<string, Map<string, IRegistry>>();
  private readonly asked = new Map<string, string>();
  private readonly listeners = new Set<() => void>();
}
