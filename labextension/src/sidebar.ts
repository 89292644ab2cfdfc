/** The side bar: all campaigns, what they do now, and what can be asked of them. */

import { Dialog, showDialog } from '@jupyterlab/apputils';
import { LabIcon, pauseIcon, runIcon, stopIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { progressBar } from './canvas/bar.js';
import { html } from './canvas/element.js';
import { pill } from './canvas/header.js';
import { inFull, relative } from './canvas/time.js';
import { counted, percent, runWord, statusOf } from './canvas/words.js';
import { campaignIcon } from './icon.js';
import type { Campaigns, ControlMessage, IGroup, IRow } from './registry.js';

/** The id of the side bar in the shell. */
export const SIDEBAR_ID = 'campaign-nb:sidebar';

const TICK = 30_000;
const PATIENCE = 15_000;

type Send = (kernel: string, message: ControlMessage) => void;
type Action = 'pause' | 'resume' | 'stop';

const ASKED: Readonly<Record<Action, string>> = { pause: 'Pausing …', resume: 'Resuming …', stop: 'Stopping …' };
const ICONS: Readonly<Record<Action, LabIcon>> = { pause: pauseIcon, resume: runIcon, stop: stopIcon };

/** Which buttons a campaign has. */
export function actionsOf(row: IRow): Action[] {
  const { status, paused } = row.campaign;
  if (status === 'live' || row.running) {
    return [paused ? 'resume' : 'pause', 'stop'];
  }
  return status === 'scheduled' ? ['stop'] : [];
}

/** The list of campaigns at the left. */
export class Sidebar extends Widget {
  constructor(
    private readonly campaigns: Campaigns,
    private readonly send: Send,
    private readonly create: () => void
  ) {
    super();
    this.id = SIDEBAR_ID;
    this.title.icon = campaignIcon;
    this.title.caption = 'Campaigns';
    this.addClass('cnb-sidebar');
    this.search.addEventListener('input', () => this.draw());
    this.node.append(
      html('div', { class: 'cnb-side-head' }, html('h2', {}, 'Campaigns'), this.figures),
      this.search,
      this.body
    );
    this.unlisten = campaigns.listen(() => this.drawSoon());
  }

  override dispose(): void {
    this.unlisten();
    clearInterval(this.ticking);
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.ticking = setInterval(() => this.draw(), TICK);
    this.draw();
  }

  protected override onAfterHide(message: Message): void {
    clearInterval(this.ticking);
    super.onAfterHide(message);
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    (this.search.hidden ? this.node : this.search).focus();
  }

  private drawSoon(): void {
    if (this.isVisible && !this.frame) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.draw();
      });
    }
  }

  private draw(): void {
    const focused = (document.activeElement as HTMLElement | null)?.dataset['key'];
    const { campaigns: total } = this.campaigns.summary();
    this.figures.textContent = total ? String(total) : '';
    this.search.hidden = total === 0;
    const groups = this.campaigns.groups(this.search.value).filter(group => group.rows.length > 0);
    if (total === 0) {
      this.body.replaceChildren(this.nothing());
    } else {
      this.body.replaceChildren(...(groups.length ? groups.map(group => this.group(group)) : [this.noMatch()]));
    }
    if (focused) {
      this.body.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  private nothing(): HTMLElement {
    const button = html('button', { class: 'cnb-wide-button', type: 'button', 'data-key': 'new' }, 'New campaign');
    button.addEventListener('click', this.create);
    return html(
      'div',
      { class: 'cnb-nothing' },
      html('p', {}, 'No campaign yet.'),
      html('p', { class: 'cnb-muted' }, 'The campaigns of all running notebooks are listed here, at the latest once they are published.'),
      button
    );
  }

  private noMatch(): HTMLElement {
    return html('p', { class: 'cnb-empty' }, `No campaign matches “${this.search.value.trim()}”.`);
  }

  private group(group: IGroup): HTMLElement {
    const rows = group.rows.map(row => this.row(row));
    return html('section', { class: 'cnb-group' }, this.scheduler(group), html('ul', { class: 'cnb-rows' }, ...rows));
  }

  private scheduler({ kernel, workspace, scheduler }: IGroup): HTMLElement {
    const running = scheduler.state === 'running';
    const button = this.button(running ? pauseIcon : runIcon, running ? 'Pause the scheduler' : 'Start the scheduler', `scheduler ${workspace.id}`, () =>
      this.send(kernel, { type: 'scheduler', action: running ? 'pause' : 'start' })
    );
    return html(
      'header',
      { class: 'cnb-group-head' },
      html('span', { class: 'cnb-group-name', title: workspace.label }, workspace.label),
      html('span', { class: 'cnb-muted' }, `scheduler ${scheduler.state}`),
      button
    );
  }

  private row(row: IRow): HTMLElement {
    const { campaign } = row;
    const buttons = actionsOf(row).map(action => {
      const button = this.button(ICONS[action], `${titled(action)} ${campaign.name}`, `${action} ${row.key}`, () => void this.act(row, action));
      button.disabled = row.asked !== null;
      return button;
    });
    return html(
      'li',
      { class: `cnb-row${campaign.error ? ' cnb-row-error' : ''}` },
      html(
        'div',
        { class: 'cnb-row-head' },
        html('span', { class: 'cnb-row-name', title: about(row) }, campaign.name),
        html('span', { class: 'cnb-row-buttons' }, ...buttons)
      ),
      html('div', { class: 'cnb-row-state' }, pill(statusOf(campaign)), campaign.error ? pill({ text: 'Error', tone: 'bad' }) : null, times(row)),
      progress(row)
    );
  }

  private button(icon: LabIcon, label: string, key: string, act: () => void): HTMLButtonElement {
    const button = html('button', { class: 'cnb-button', type: 'button', title: label, 'aria-label': label, 'data-key': key });
    icon.element({ container: button, tag: 'span', elementSize: 'normal' });
    button.title = label;
    button.addEventListener('click', act);
    return button;
  }

  private async act(row: IRow, action: Action): Promise<void> {
    const { name } = row.campaign;
    if (action === 'stop') {
      const answer = await showDialog({
        title: `Stop ${name}?`,
        body: stopText(row),
        buttons: [Dialog.cancelButton({ label: 'Keep' }), Dialog.warnButton({ label: 'Stop' })],
        defaultButton: 0
      });
      if (!answer.button.accept) {
        return;
      }
    }
    this.campaigns.ask(row.key, ASKED[action]);
    this.send(row.kernel, { type: action, campaign: name, workspace: row.workspace.id });
    setTimeout(() => this.campaigns.unask(row.key), PATIENCE);
  }

  private frame = 0;
  private ticking: ReturnType<typeof setInterval> | undefined;
  private readonly unlisten: () => void;
  private readonly figures = html('span', { class: 'cnb-muted' });
  private readonly search = html('input', { class: 'cnb-search', type: 'search', placeholder: 'Search campaigns', title: 'Name, tag, channel or status', 'aria-label': 'Search campaigns' });
  private readonly body = html('div', { class: 'cnb-side-body' });
}

function stopText({ campaign }: IRow): string {
  return campaign.status === 'draft'
    ? 'The run that is going on ends.'
    : 'Its schedule ends, and so does a run that is going on. A stopped campaign cannot be resumed; it can be duplicated.';
}

function titled(action: Action): string {
  return action.charAt(0).toUpperCase() + action.slice(1);
}

function about({ campaign }: IRow): string {
  const lines = [campaign.name, counted(campaign.activities, 'activity', 'activities')];
  if (campaign.channels.length) {
    lines.push(`Channels: ${campaign.channels.join(', ')}`);
  }
  if (campaign.tags.length) {
    lines.push(`Tags: ${campaign.tags.join(', ')}`);
  }
  return lines.join('\n');
}

function times({ campaign, asked }: IRow): HTMLElement {
  const now = Date.now();
  const parts: HTMLElement[] = [];
  if (asked) {
    parts.push(html('span', {}, asked));
  } else {
    if (campaign.next && !campaign.paused) {
      parts.push(html('span', { title: `Next launch: ${inFull(campaign.next)}` }, `next ${relative(campaign.next, now)}`));
    }
    if (campaign.last) {
      const { state, at } = campaign.last;
      parts.push(html('span', { title: `Last run: ${inFull(at)}` }, `${runWord(state).text} ${relative(at, now)}`));
    }
  }
  return html('span', { class: 'cnb-row-times' }, ...parts);
}

function progress({ running }: IRow): HTMLElement | null {
  if (!running) {
    return null;
  }
  return html(
    'div',
    { class: 'cnb-row-run' },
    html('div', { class: 'cnb-row-run-text' }, html('span', { title: running.activity }, running.activity), html('span', {}, percent(running.progress))),
    progressBar(running.progress, `Progress of ${running.campaign}`)
  );
}
