/** All campaigns in one line, and in a few. */

import { brief, inFull } from './canvas/time.js';
import { counted, percent } from './canvas/words.js';
import type { ISummary } from './registry.js';

/** One line: "Campaigns: 2 live · next 09:00". */
export function summaryText(summary: ISummary, now: number): string {
  const parts: string[] = [`${summary.live} live`];
  if (summary.errors) {
    parts.push(counted(summary.errors, 'error', 'errors'));
  }
  if (summary.next) {
    parts.push(`next ${brief(summary.next, now)}`);
  }
  return `Campaigns: ${parts.join(' · ')}`;
}

/** The same in full, a fact on each line. */
export function summaryTitle(summary: ISummary): string {
  const lines = [counted(summary.campaigns, 'campaign', 'campaigns')];
  for (const { campaign, activity, progress } of summary.running) {
    lines.push(`${campaign}: ${activity}, ${percent(progress)}`);
  }
  if (summary.next) {
    lines.push(`Next launch: ${inFull(summary.next)}`);
  }
  return lines.join('\n');
}
