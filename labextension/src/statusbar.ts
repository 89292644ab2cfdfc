/** The item in the status bar: how many campaigns are live, what comes next, what runs. */

import { Widget } from '@lumino/widgets';

import { progressBar } from './canvas/bar.js';
import { html } from './canvas/element.js';
import { percent } from './canvas/words.js';
import type { Campaigns } from './registry.js';
import { summaryText, summaryTitle } from './summary.js';

const TICK = 30_000;

/** The item; out of sight as long as there is no campaign. */
export class StatusItem extends Widget {
  constructor(
    private readonly campaigns: Campaigns,
    open: () => void
  ) {
    super({ node: html('div', {}) });
    this.addClass('cnb-status');
    this.button.addEventListener('click', open);
    this.node.append(this.button);
    this.unlisten = campaigns.listen(() => this.draw());
    this.ticking = setInterval(() => this.draw(), TICK);
    this.draw();
  }

  /** Show or hide the item, as the settings say. */
  setWanted(wanted: boolean): void {
    this.wanted = wanted;
    this.draw();
  }

  override dispose(): void {
    this.unlisten();
    clearInterval(this.ticking);
    super.dispose();
  }

  private draw(): void {
    const summary = this.campaigns.summary();
    const [first] = summary.running;
    this.button.replaceChildren(html('span', {}, summaryText(summary, Date.now())));
    if (first) {
      const more = summary.running.length > 1 ? ` +${summary.running.length - 1}` : '';
      this.button.append(progressBar(first.progress, `Progress of ${first.campaign}`), html('span', {}, `${percent(first.progress)}${more}`));
    }
    this.button.title = summaryTitle(summary);
    this.node.hidden = summary.campaigns === 0 || !this.wanted;
  }

  private wanted = true;
  private readonly button = html('button', { type: 'button', class: 'cnb-status-button' });
  private readonly unlisten: () => void;
  private readonly ticking: ReturnType<typeof setInterval>;
}
