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

// A comm of the connection: handled on a subshell of its own, so it is heard while a cell is busy.
function commControl(kernel: Kernel.IKernelConnection): IControl {
  const comm = kernel.createComm(CONTROL_TARGET);
  comm.open({});
  return {
    send: message => {
      comm.send(message);
    },
    close: () => {
      if (!comm.isDisposed && !kernel.isDisposed && kernel.status !== 'dead') {
        comm.close();
      }
    }
  };
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
