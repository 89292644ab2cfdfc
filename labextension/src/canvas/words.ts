/** The words, colours and signs of the states of campaigns, runs and activities. */

import type { IRun, IView, NodeState } from './view.js';

/** A colour class of the style sheet. */
export type Tone = 'good' | 'busy' | 'wait' | 'bad' | 'quiet';

/** A state in a word and its colour. */
export interface IState {
  text: string;
  tone: Tone;
}

const STATUS: Readonly<Record<string, IState>> = {
  draft: { text: 'Draft', tone: 'quiet' },
  scheduled: { text: 'Scheduled', tone: 'busy' },
  live: { text: 'Live', tone: 'good' },
  completed: { text: 'Completed', tone: 'quiet' },
  closed: { text: 'Closed', tone: 'quiet' },
  stopped: { text: 'Stopped', tone: 'quiet' },
  archived: { text: 'Archived', tone: 'quiet' }
};

const NODE: Readonly<Record<NodeState, IState>> = {
  idle: { text: 'Not run', tone: 'quiet' },
  pending: { text: 'Pending', tone: 'quiet' },
  running: { text: 'Running', tone: 'busy' },
  waiting: { text: 'Waiting', tone: 'wait' },
  done: { text: 'Done', tone: 'good' },
  warning: { text: 'Warning', tone: 'wait' },
  error: { text: 'Error', tone: 'bad' },
  disabled: { text: 'Disabled', tone: 'quiet' }
};

const RUN: Readonly<Record<IRun['state'], IState>> = {
  running: { text: 'running', tone: 'busy' },
  waiting: { text: 'waiting', tone: 'wait' },
  paused: { text: 'paused', tone: 'wait' },
  done: { text: 'done', tone: 'good' },
  failed: { text: 'failed', tone: 'bad' },
  stopped: { text: 'stopped', tone: 'quiet' }
};

/** The status of a campaign; paused takes its place. */
export function statusOf(campaign: { status: string; paused: boolean }): IState {
  if (campaign.paused) {
    return { text: 'Paused', tone: 'wait' };
  }
  return STATUS[campaign.status] ?? { text: campaign.status, tone: 'quiet' };
}

/** The state of an activity. */
export function nodeState(state: NodeState): IState {
  return NODE[state];
}

/** The state of a run: "Dry run done", "Live run · 45 %". */
export function runState(run: IRun): IState {
  const { text, tone } = RUN[run.state];
  const kind = run.mode === 'dry' ? 'Dry run' : 'Live run';
  return { text: run.state === 'running' ? `${kind} · ${percent(run.progress)}` : `${kind} ${text}`, tone };
}

/** The state of a run by name only, for lists. */
export function runWord(state: string): IState {
  return RUN[state as IRun['state']] ?? { text: state, tone: 'quiet' };
}

/** A share of 1 in whole per cent, between 0 and 100. */
export function percent(share: number): string {
  return `${Math.round(100 * Math.min(1, Math.max(0, share)))} %`;
}

/** A number with its noun: "1 activity", "3 activities". */
export function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
}

/** What a screen reader says of the whole picture. */
export function pictureLabel(view: IView): string {
  const size = counted(view.nodes.length, 'activity', 'activities');
  return `Campaign ${view.name}: ${size}, ${statusOf(view).text.toLowerCase()}`;
}
