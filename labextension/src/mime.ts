/** Shows a campaign in a notebook's output, also without a kernel. */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import type { CampaignCanvas } from './canvas/campaign.js';
import { html } from './canvas/element.js';
import { watchLive } from './canvas/live.js';
import { MIME_TYPE, readView } from './canvas/view.js';

/** A rendered campaign. */
class RenderedCampaign extends Widget implements IRenderMime.IRenderer {
  constructor() {
    super();
    this.addClass('cnb-campaign');
  }

  /** Draw the data, or say in plain words why it cannot be drawn. */
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const { view, problem } = readView(model.data[MIME_TYPE]);
    this.liveId = liveId(model.metadata[MIME_TYPE]);
    this.watch();
    if (!view) {
      this.canvas?.dispose();
      this.canvas = null;
      this.node.replaceChildren(html('p', { class: 'cnb-empty' }, `This campaign cannot be drawn: ${problem}.`));
      return;
    }
    const { CampaignCanvas } = await import('./canvas/campaign.js');
    if (this.isDisposed) {
      return;
    }
    this.canvas ??= new CampaignCanvas(this.node);
    this.canvas.update(view);
  }

  /** Let go of everything. */
  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.unwatch();
    this.canvas?.dispose();
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.watch();
  }

  protected override onBeforeDetach(message: Message): void {
    this.unwatch();
    super.onBeforeDetach(message);
  }

  private watch(): void {
    this.unwatch();
    if (this.liveId && this.isAttached) {
      this.unwatch = watchLive(this.node, this.liveId, live => {
        this.toggleClass('cnb-out-of-sight', live);
        this.toggleClass('cnb-alone', !live);
      });
    } else {
      this.removeClass('cnb-out-of-sight');
      this.removeClass('cnb-alone');
    }
  }

  private canvas: CampaignCanvas | null = null;
  private liveId = '';
  private unwatch: () => void = () => undefined;
}

/** The id of the live widget that shows the same campaign; '' without one. */
function liveId(metadata: unknown): string {
  const live = (metadata as { live?: unknown } | null | undefined)?.live;
  return typeof live === 'string' && /^[\w-]{1,128}$/.test(live) ? live : '';
}

/** Ranks before every picture type, so the view is shown rather than the SVG beside it. */
const extension: IRenderMime.IExtension = {
  id: 'campaign-nb:mime',
  description: 'Shows campaigns in outputs.',
  rendererFactory: {
    safe: true,
    mimeTypes: [MIME_TYPE],
    createRenderer: () => new RenderedCampaign()
  },
  rank: 10,
  dataType: 'json'
};

export default extension;
