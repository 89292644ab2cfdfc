/** The words, colours and signs of the states of campaigns, runs and activities. */

import { inFull, knownZone } from './time.js';
import type { DrawnState, INode, IRun, IView } from './view.js';

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

const NODE: Readonly<Record<DrawnState, IState>> = {
  idle: { text: 'Not run', tone: 'quiet' },
  pending: { text: 'Pending', tone: 'quiet' },
  running: { text: 'Running', tone: 'busy' },
  waiting: { text: 'Waiting', tone: 'wait' },
  done: { text: 'Done', tone: 'good' },
  warning: { text: 'Warning', tone: 'wait' },
  error: { text: 'Error', tone: 'bad' },
  disabled: { text: 'Disabled', tone: 'quiet' },
  halted: { text: 'Halted', tone: 'wait' },
  skipped: { text: 'Passed by', tone: 'quiet' }
};

const RUN: Readonly<Record<IRun['state'], IState>> = {
  running: { text: 'running', tone: 'busy' },
  waiting: { text: 'waiting', tone: 'wait' },
  paused: { text: 'halted', tone: 'wait' },
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

/** What the card of an activity looks like: a halt shows over waiting, what a run passed by over idle. */
export function drawnState(node: Pick<INode, 'state' | 'halted' | 'passed'>): DrawnState {
  if (node.state === 'waiting' && node.halted) {
    return 'halted';
  }
  return node.state === 'idle' && node.passed ? 'skipped' : node.state;
}

/** The state of an activity. */
export function nodeState(state: DrawnState): IState {
  return NODE[state];
}

/** A time in words, no finer than an estimate is: "8 s", "1 min 15 s", "1 h 30 min". */
export function lasting(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min${whole % 60 && whole < 600 ? ` ${whole % 60} s` : ''}`;
  }
  return `${Math.floor(whole / 3600)} h${whole % 3600 >= 60 ? ` ${Math.floor((whole % 3600) / 60)} min` : ''}`;
}

/** Rows behind a run and the time left; nothing of what is not known. */
export function amountOf(run: IRun): string {
  const rows = (count: number): string => count.toLocaleString('en-GB');
  const parts: string[] = [];
  if (run.rows) {
    parts.push(`${rows(run.rows)} rows`);
  }
  if (run.state === 'running' && run.left_from !== null) {
    const basis: Record<string, string> = { previous: ', as the run before', finished: ', by the stages so far' };
    parts.push(run.left === null ? 'time left unknown' : `about ${lasting(run.left)} left${basis[run.left_from] ?? ''}`);
  }
  return parts.join(' · ');
}

/** Why a run has halted, a campaign is paused, or until when a run waits; empty otherwise. */
export function whyOf(view: IView): string {
  const { run } = view;
  if (run?.state === 'paused' && run.held_at) {
    const why = run.error ?? run.why;
    return `Halted at ${run.held_at}${why ? `: ${why}` : ''}`;
  }
  if (run?.state === 'waiting' && run.due) {
    return `Waits until ${inFull(run.due, knownZone(view.time_zone))}`;
  }
  return view.paused && view.reason ? `Paused: ${view.reason}` : '';
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
