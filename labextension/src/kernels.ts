/** All kernels: those of open notebooks and consoles, and those that run on with nothing open. */

import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, ServiceManager } from '@jupyterlab/services';

import { KernelLink } from './kernelLink.js';
import type { Campaigns, ControlMessage } from './registry.js';

// How long a document may take to claim a kernel, and a kernel to say whether campaigns are at home there.
const OPENING = 3_000;
const ANSWERING = 10_000;

/** A tracker of documents that have a kernel. */
export interface IDocuments {
  forEach(visit: (panel: { sessionContext: ISessionContext }) => void): void;
  widgetAdded: { connect(slot: (_: unknown, panel: { sessionContext: ISessionContext }) => void): boolean };
}

interface IEntry {
  link: KernelLink;
  /** A connection that was opened here, and is closed here. */
  own: boolean;
}

/** Keeps one link for each kernel, on the best connection that there is. */
export class Kernels {
  constructor(
    private readonly services: ServiceManager.IManager,
    private readonly campaigns: Campaigns
  ) {}

  /** Follow the kernels of these documents. */
  watch(documents: IDocuments): void {
    documents.forEach(panel => this.follow(panel.sessionContext));
    documents.widgetAdded.connect((_, panel) => this.follow(panel.sessionContext));
  }

  /** Follow the running kernels that no open document shows, from now on. */
  watchRunning(): void {
    this.watching = true;
    this.services.sessions.runningChanged.connect(() => this.sync());
    this.sync();
  }

  /** Send to a kernel. */
  send(kernel: string, message: ControlMessage): void {
    this.entries.get(kernel)?.link.send(message);
  }

  private follow(context: ISessionContext): void {
    const add = (kernel: Kernel.IKernelConnection | null | undefined): void => {
      if (kernel && !kernel.isDisposed) {
        this.adopt(kernel);
      }
    };
    add(context.session?.kernel);
    context.kernelChanged.connect((_, { newValue }) => add(newValue));
  }

  private adopt(kernel: Kernel.IKernelConnection): void {
    const entry = this.entries.get(kernel.id);
    if (entry?.link.kernel === kernel || (entry && !entry.own && entry.link.kernel.handleComms)) {
      return;
    }
    this.silent.delete(kernel.id);
    this.release(kernel.id);
    this.link(kernel, false);
    kernel.disposed.connect(() => this.lost(kernel));
  }

  private link(kernel: Kernel.IKernelConnection, own: boolean): KernelLink {
    const link = new KernelLink(kernel, {
      registry: registry => this.campaigns.update(kernel.id, registry),
      forgotten: () => this.campaigns.drop(kernel.id)
    });
    this.entries.set(kernel.id, { link, own });
    return link;
  }

  // A document closed; its kernel may go on.
  private lost(kernel: Kernel.IKernelConnection): void {
    if (this.entries.get(kernel.id)?.link.kernel === kernel) {
      const useful = this.campaigns.knows(kernel.id);
      this.release(kernel.id);
      if (!useful) {
        this.silent.add(kernel.id);
      }
      void this.services.sessions.refreshRunning().then(() => this.sync());
    }
  }

  private release(id: string): void {
    const entry = this.entries.get(id);
    if (entry) {
      this.entries.delete(id);
      entry.link.dispose();
      if (entry.own) {
        entry.link.kernel.dispose();
      }
    }
  }

  private sync(): void {
    if (!this.watching) {
      return;
    }
    const running = new Map<string, Kernel.IModel>();
    for (const session of this.services.sessions.running()) {
      if (session.kernel) {
        running.set(session.kernel.id, session.kernel);
      }
    }
    for (const [id, entry] of [...this.entries]) {
      if (!running.has(id) && (entry.own || entry.link.kernel.isDisposed)) {
        this.release(id);
      }
    }
    this.campaigns.keep(id => running.has(id) || this.entries.has(id));
    for (const [id, model] of running) {
      if (!this.entries.has(id) && !this.silent.has(id)) {
        setTimeout(() => this.attend(model), OPENING);
      }
    }
  }

  // handleComms stays off: a document that opens later needs it for its widgets.
  private attend(model: Kernel.IModel): void {
    const alive = [...this.services.sessions.running()].some(session => session.kernel?.id === model.id);
    if (!alive || this.entries.has(model.id) || this.silent.has(model.id)) {
      return;
    }
    const kernel = this.services.kernels.connectTo({ model, handleComms: false });
    const link = this.link(kernel, true);
    setTimeout(() => {
      if (this.entries.get(kernel.id)?.link === link && link.listens === false) {
        this.silent.add(kernel.id);
        this.release(kernel.id);
      }
    }, ANSWERING);
  }

  private watching = false;
  private readonly entries = new Map<string, IEntry>();
  /** Kernels without open document in which campaigns are not at home. */
  private readonly silent = new Set<string>();
}
