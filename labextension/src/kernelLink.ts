/** One kernel: hears of its campaigns, and asks it for something once it is known to listen. */

import { type Kernel, KernelMessage } from '@jupyterlab/services';

import { type IControl, openControl } from './control.js';
import { type ControlMessage, type IRegistry, parseRegistry, REGISTRY_TARGET } from './registry.js';

const SETTLE = 400;
// A comm to a target that the kernel does not know makes the kernel write to its error stream, so ask first.
const LISTENS = "'campaign_nb.control' in __import__('comm').get_comm_manager().targets";

/** What the link reports. */
export interface ILinkEvents {
  registry(registry: IRegistry): void;
  /** The kernel forgot everything: it restarted or ended. */
  forgotten(): void;
}

/** Listens on a connection to a kernel; works on connections that leave comms to another one too. */
export class KernelLink {
  constructor(
    readonly kernel: Kernel.IKernelConnection,
    private readonly events: ILinkEvents
  ) {
    if (kernel.handleComms) {
      // Accepted here, or the connection would close the comm; its messages are read below.
      kernel.registerCommTarget(REGISTRY_TARGET, () => undefined);
    }
    kernel.iopubMessage.connect(this.onMessage, this);
    kernel.statusChanged.connect(this.onStatus, this);
    this.askSoon();
  }

  /** Whether the kernel answered that campaigns are at home there; null as long as it is not known. */
  get listens(): boolean | null {
    return this.known;
  }

  /** Send to the kernel; does nothing where nobody listens. */
  send(message: ControlMessage): void {
    if (this.known && !this.kernel.isDisposed) {
      this.control ??= openControl(this.kernel);
      this.control.send(message);
    }
  }

  /** Let go of the connection; the connection itself stays. */
  dispose(): void {
    clearTimeout(this.timer);
    clearTimeout(this.ending);
    this.kernel.iopubMessage.disconnect(this.onMessage, this);
    this.kernel.statusChanged.disconnect(this.onStatus, this);
    this.control?.close();
    this.control = null;
  }

  private onMessage(_: unknown, message: KernelMessage.IIOPubMessage): void {
    if (this.over.has(message.header.session)) {
      return;
    }
    if (KernelMessage.isCommOpenMsg(message)) {
      if (message.content.target_name === REGISTRY_TARGET) {
        this.known = true;
        this.session = message.header.session;
        this.comms.add(message.content.comm_id);
        this.tell(message);
      }
    } else if (KernelMessage.isCommMsgMsg(message)) {
      // Known by its shape too: a comm may have been opened before this page was loaded.
      this.tell(message);
    } else if (KernelMessage.isCommCloseMsg(message)) {
      if (this.comms.delete(message.content.comm_id)) {
        // Another one may follow at once; without any the campaigns are gone.
        this.ending = setTimeout(() => this.comms.size === 0 && this.forget(), SETTLE);
      }
    } else if (KernelMessage.isExecuteInputMsg(message) && !this.known) {
      this.stale = true;
    }
  }

  private onStatus(_: unknown, status: Kernel.Status): void {
    if (status === 'idle' && this.stale) {
      this.askSoon();
    } else if (status === 'restarting' || status === 'autorestarting' || status === 'dead' || status === 'terminating') {
      this.control = null;
      // What ends still tells of campaigns on its way out; a process that starts anew has a session of its own.
      this.over.add(this.session);
      this.forget();
    }
  }

  private forget(): void {
    this.known = null;
    this.comms.clear();
    this.events.forgotten();
  }

  private tell({ header, content }: KernelMessage.ICommOpenMsg | KernelMessage.ICommMsgMsg): void {
    const registry = parseRegistry(content.data);
    if (registry) {
      this.known = true;
      this.session = header.session;
      this.comms.add(content.comm_id);
      this.events.registry(registry);
    }
  }

  private askSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), SETTLE);
  }

  private async ask(): Promise<void> {
    try {
      const { language_info } = await this.kernel.info;
      if (language_info.name !== 'python') {
        this.known = false;
        return;
      }
      if (this.kernel.isDisposed || this.known) {
        return;
      }
      // A connection that has just been made may not know the status yet.
      if (this.kernel.status !== 'idle' && this.kernel.status !== 'unknown') {
        this.stale = true;
        return;
      }
      this.stale = false;
      if (!(await this.isListening())) {
        this.known = false;
        return;
      }
      this.known = true;
      await this.adoptComms();
      this.send({ type: 'hello' });
    } catch {
      // The kernel went away meanwhile; its end is reported by its status.
    }
  }

  private async isListening(): Promise<boolean> {
    const request = { code: '', silent: true, store_history: false, user_expressions: { listens: LISTENS } };
    const reply = await this.kernel.requestExecute(request).done;
    const { content } = reply as KernelMessage.IExecuteReplyMsg;
    const answers = content.status === 'ok' ? content.user_expressions : {};
    const answer = answers['listens'] as { data?: Record<string, unknown> } | undefined;
    return answer?.data?.['text/plain'] === 'True';
  }

  // Comms that were opened before this page was loaded: the connection must know them to see them closed.
  private async adoptComms(): Promise<void> {
    if (this.kernel.handleComms) {
      const { content } = await this.kernel.requestCommInfo({ target_name: REGISTRY_TARGET });
      const ids = content.status === 'ok' ? Object.keys(content.comms) : [];
      ids.filter(id => !this.kernel.hasComm(id)).forEach(id => this.kernel.createComm(REGISTRY_TARGET, id));
    }
  }

  private known: boolean | null = null;
  private stale = false;
  /** The session of the process that told of campaigns last, and of those that ended. */
  private session = '';
  private readonly over = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ending: ReturnType<typeof setTimeout> | undefined;
  private control: IControl | null = null;
  private readonly comms = new Set<string>();
}
