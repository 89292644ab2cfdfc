/** Small views and registries for the tests. */

import type { IEdge, INode, IView } from '../src/canvas/view.js';
import type { ICampaign, IRegistry } from '../src/registry.js';

export function node(label: string): INode {
  return {
    id: label,
    label,
    kind: 'filter',
    kind_label: 'Filter',
    family: 'targeting',
    icon: 'filter',
    state: 'idle',
    options: [],
    reasons: [],
    problems: [],
    cell: null,
    note: null,
    halted: null,
    passed: null
  };
}

export function edge(source: string, target: string | null, port = 'out', count: number | null = null): IEdge {
  return { id: `${source}.${port} to ${target}`, source, port, target, label: port === 'out' ? '' : port, count, state: 'idle', columns: [] };
}

export function campaign(nodes: unknown[], edges: unknown[]): IView {
  return {
    version: 1,
    name: 'Spring',
    description: '',
    tags: [],
    status: 'draft',
    paused: false,
    error: false,
    reason: null,
    time_zone: 'Europe/Paris',
    definition_version: 1,
    schedule: null,
    run: null,
    nodes: nodes as INode[],
    edges: edges as IEdge[],
    problems: []
  };
}

export function listed(name: string, changes: Partial<ICampaign> = {}): ICampaign {
  return { name, status: 'live', paused: false, error: false, next: null, last: null, tags: [], channels: [], activities: 1, ...changes };
}

export function registry(workspace: string, campaigns: ICampaign[], scheduler: Partial<IRegistry['scheduler']> = {}): IRegistry {
  return {
    version: 1,
    workspace: { id: workspace, label: workspace },
    scheduler: { state: 'running', next: null, running: [], ...scheduler },
    campaigns
  };
}
