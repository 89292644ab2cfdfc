/** The parts of the extension, as JupyterLab starts them. */

import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { Token } from '@lumino/coreutils';

import { addCommands, CATEGORY, COMMANDS } from './commands.js';
import { Kernels } from './kernels.js';
import { addTile } from './launcher.js';
import { Campaigns, type ControlMessage } from './registry.js';
import { Sidebar, SIDEBAR_ID } from './sidebar.js';
import { StatusItem } from './statusbar.js';

/** The campaigns of all kernels, and the way to ask for something. */
interface ICampaigns {
  campaigns: Campaigns;
  send(kernel: string, message: ControlMessage): void;
}

const ICampaigns = new Token<ICampaigns>('campaign-nb:ICampaigns', 'The campaigns of all running kernels.');

const registry: JupyterFrontEndPlugin<ICampaigns> = {
  id: 'campaign-nb:registry',
  description: 'Hears of the campaigns of all running kernels.',
  autoStart: true,
  provides: ICampaigns,
  optional: [INotebookTracker, IConsoleTracker],
  activate: (app, notebooks: INotebookTracker | null, consoles: IConsoleTracker | null) => {
    const campaigns = new Campaigns();
    const kernels = new Kernels(app.serviceManager, campaigns);
    [notebooks, consoles].forEach(tracker => tracker && kernels.watch(tracker));
    // Documents first: their connections serve best.
    void app.restored.then(() => app.serviceManager.ready).then(() => kernels.watchRunning());
    return { campaigns, send: (kernel, message) => kernels.send(kernel, message) };
  }
};

const sidebar: JupyterFrontEndPlugin<void> = {
  id: 'campaign-nb:sidebar',
  description: 'Lists the campaigns at the left.',
  autoStart: true,
  requires: [ICampaigns],
  optional: [ILayoutRestorer],
  activate: (app, { campaigns, send }: ICampaigns, restorer: ILayoutRestorer | null) => {
    const widget = new Sidebar(campaigns, send, () => void app.commands.execute(COMMANDS.create));
    restorer?.add(widget, SIDEBAR_ID);
    app.shell.add(widget, 'left', { rank: 650 });
  }
};

const statusbar: JupyterFrontEndPlugin<void> = {
  id: 'campaign-nb:statusbar',
  description: 'Shows live campaigns and the next launch in the status bar.',
  autoStart: true,
  requires: [ICampaigns],
  optional: [IStatusBar, ISettingRegistry],
  activate: async (app, { campaigns }: ICampaigns, bar: IStatusBar | null, settings: ISettingRegistry | null) => {
    if (!bar) {
      return;
    }
    const item = new StatusItem(campaigns, () => void app.commands.execute(COMMANDS.showSidebar));
    bar.registerStatusItem(statusbar.id, { item, align: 'right', rank: 80 });
    const loaded = await settings?.load(statusbar.id);
    const apply = (): void => item.setWanted(loaded?.composite['show'] !== false);
    loaded?.changed.connect(apply);
    apply();
  }
};

const commands: JupyterFrontEndPlugin<void> = {
  id: 'campaign-nb:commands',
  description: 'Creates campaigns from palette and launcher.',
  autoStart: true,
  optional: [ICommandPalette, ILauncher],
  activate: (app: JupyterFrontEnd, palette: ICommandPalette | null, launcher: ILauncher | null) => {
    addCommands(app);
    palette?.addItem({ command: COMMANDS.create, category: CATEGORY, args: { isPalette: true } });
    palette?.addItem({ command: COMMANDS.showSidebar, category: CATEGORY });
    if (launcher) {
      addTile(launcher);
    }
  }
};

export default [registry, sidebar, statusbar, commands];
