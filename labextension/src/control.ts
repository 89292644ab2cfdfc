/** The way from the page to a kernel: the comm on which it is asked for something. */

import { type Kernel, KernelMessage } from '@jupyterlab/services';
import { UUID } from '@lumino/coreutils';

import { CONTROL_TARGET, type ControlMessage } from './registry.js';

/** An open way to a kernel. */
export interface IControl {
  send(message: ControlMessage): void;
  /** Let go; tells the kernel while it lives. */
  close(): void;
}

// How long a subshell may take to start; after it, messages wait behind the cell that runs.
const STARTING = 3_000;

// A comm of the connection: handled on a subshell of its own, so it is heard while a cell is busy. Nothing is sent
// before the subshell is there: it would wait behind the cell, and what follows would find no comm.
function commControl(kernel: Kernel.IKernelConnection): IControl {
  const comm = kernel.createComm(CONTROL_TARGET);
  const usable = (): boolean => !comm.isDisposed && !kernel.isDisposed && kernel.status !== 'dead';
  const opened = subshell(kernel, comm).then(() => {
    if (usable()) {
      comm.open({});
    }
  });
  return {
    send: message => {
      void opened.then(() => {
        if (usable()) {
          comm.send(message);
        }
      });
    },
    close: () => {
      if (usable()) {
        comm.close();
      }
    }
  };
}

async function subshell(kernel: Kernel.IKernelConnection, comm: Kernel.IComm): Promise<void> {
  await kernel.info;
  const { subshellStarted } = comm as { subshellStarted?: Promise<void> };
  if (kernel.supportsSubshells && subshellStarted) {
    const late = new Promise<void>(resolve => setTimeout(resolve, STARTING));
    await Promise.race([subshellStarted.catch(() => undefined), late]);
  }
}

// The same messages by hand, on a connection that leaves comms to another one.
function plainControl(kernel: Kernel.IKernelConnection): IControl {
  const comm_id = UUID.uuid4();
  const common = { channel: 'shell', session: kernel.clientId, username: kernel.username } as const;
  kernel.sendShellMessage(
    KernelMessage.createMessage<KernelMessage.ICommOpenMsg<'shell'>>({
      ...common,
      msgType: 'comm_open',
      content: { comm_id, target_name: CONTROL_TARGET, data: {} }
    })
  );
  return {
    send: message => {
      kernel.sendShellMessage(
        KernelMessage.createMessage<KernelMessage.ICommMsgMsg<'shell'>>({ ...common, msgType: 'comm_msg', content: { comm_id, data: message } })
      );
    },
    close: () => {
      if (!kernel.isDisposed && kernel.connectionStatus === 'connected') {
        kernel.sendShellMessage(
          KernelMessage.createMessage<KernelMessage.ICommCloseMsg<'shell'>>({ ...common, msgType: 'comm_close', content: { comm_id, data: {} } })
        );
      }
    }
  };
}

/** Open the way to a kernel that is known to listen. */
export function openControl(kernel: Kernel.IKernelConnection): IControl {
  return kernel.handleComms ? commControl(kernel) : plainControl(kernel);
}
