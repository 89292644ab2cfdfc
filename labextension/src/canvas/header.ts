/** What stands above the picture: name, status, schedule, next launches, problems. */

import { progressBar } from './bar.js';
import { html } from './element.js';
import { dayAndTime, inFull, knownZone } from './time.js';
import type { ISchedule, IView } from './view.js';
import { amountOf, counted, type IState, runState, statusOf, whyOf } from './words.js';

const LAUNCHES = 3;

/** A state as a pill. */
export function pill(state: IState): HTMLElement {
  return html('span', { class: `cnb-pill cnb-tone-${state.tone}` }, state.text);
}

function title(view: IView): HTMLElement {
  const error = view.error ? pill({ text: 'Error', tone: 'bad' }) : null;
  const run = view.run ? pill(runState(view.run)) : null;
  const tags = view.tags.map(tag => html('span', { class: 'cnb-chip' }, tag));
  return html(
    'div',
    { class: 'cnb-title' },
    html('span', { class: 'cnb-name', title: view.description || view.name }, view.name),
    pill(statusOf(view)),
    error,
    run,
    html('span', { class: 'cnb-tags' }, ...tags)
  );
}

function launches(view: IView, schedule: ISchedule, zone: string): HTMLElement {
  const shown = schedule.next.slice(0, LAUNCHES);
  const more = schedule.next.length - shown.length;
  const rest = schedule.next.slice(LAUNCHES).map(next => inFull(next, zone));
  return html(
    'span',
    { class: 'cnb-launches' },
    html('span', { class: 'cnb-muted' }, shown.length ? 'Next' : view.paused || view.status === 'draft' ? '' : 'No launch ahead'),
    ...shown.map(next => html('time', { class: 'cnb-chip', datetime: next, title: inFull(next, zone) }, dayAndTime(next, zone))),
    more > 0 ? html('span', { class: 'cnb-muted', title: rest.join('\n') }, `+${more} more`) : null
  );
}

function when(view: IView, tools: HTMLElement | null): HTMLElement {
  const { schedule } = view;
  const zone = knownZone(view.time_zone);
  const sentence = schedule ? schedule.sentence : 'No schedule';
  return html(
    'div',
    { class: 'cnb-when' },
    html('span', { class: schedule ? 'cnb-sentence' : 'cnb-muted' }, sentence),
    schedule ? launches(view, schedule, zone) : null,
    html('span', { class: 'cnb-muted' }, zone),
    tools
  );
}

function problems(view: IView): HTMLElement {
  const rows = view.problems.map(problem => html('li', {}, problem));
  return html(
    'div',
    { class: 'cnb-problems', role: 'note' },
    html('strong', {}, counted(rows.length, 'problem', 'problems')),
    html('ul', {}, ...rows)
  );
}

/** The header of a view, with tools at its right. */
export function header(view: IView, tools: HTMLElement | null): HTMLElement {
  const why = whyOf(view);
  const amount = view.run ? amountOf(view.run) : '';
  return html(
    'div',
    { class: 'cnb-header' },
    title(view),
    when(view, tools),
    amount ? html('div', { class: 'cnb-muted' }, amount) : null,
    why ? html('div', { class: 'cnb-told', role: 'note' }, why) : null,
    view.run?.state === 'running' ? progressBar(view.run.progress, 'Progress of the run') : null,
    view.problems.length ? problems(view) : null
  );
}
