/** The commands: a new campaign, and the list of campaigns. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { KernelSpec } from '@jupyterlab/services';

import { knownZone } from './canvas/time.js';
import { campaignIcon } from './icon.js';
import { SIDEBAR_ID } from './sidebar.js';
import { starterNotebook } from './starter.js';

/** The ids of the commands. */
export const COMMANDS = { create: 'campaign-nb:new', showSidebar: 'campaign-nb:show-sidebar' } as const;

/** The category of the commands in palette and launcher. */
export const CATEGORY = 'Campaigns';

/** The Python kernel that a new notebook starts with: the default one, else the first. */
export function pythonKernel(specs: KernelSpec.ISpecModels | null): { name: string; display_name: string } {
  const python = Object.values(specs?.kernelspecs ?? {}).filter(spec => spec?.language === 'python');
  const chosen = python.find(spec => spec?.name === specs?.default) ?? python[0];
  return { name: chosen?.name ?? 'python3', display_name: chosen?.display_name ?? 'Python 3' };
}

async function create(app: JupyterFrontEnd, folder: string): Promise<unknown> {
  const { contents, kernelspecs } = app.serviceManager;
  await kernelspecs.ready;
  const kernel = pythonKernel(kernelspecs.specs);
  const file = await contents.newUntitled({ path: folder, type: 'notebook' });
  const content = starterNotebook(knownZone(undefined), kernel);
  await contents.save(file.path, { type: 'notebook', format: 'json', content });
  return app.commands.execute('docmanager:open', { path: file.path, factory: 'Notebook', kernel: { name: kernel.name } });
}

/** Add the commands. */
export function addCommands(app: JupyterFrontEnd): void {
  app.commands.addCommand(COMMANDS.create, {
    label: args => (args['isPalette'] ? 'New Campaign' : 'Campaign'),
    caption: 'Create a notebook with a small campaign to start from',
    icon: args => (args['isPalette'] ? undefined : campaignIcon),
    execute: args => create(app, typeof args['cwd'] === 'string' ? args['cwd'] : '')
  });
  app.commands.addCommand(COMMANDS.showSidebar, {
    label: 'Show Campaigns',
    caption: 'Show the campaigns of all running kernels',
    execute: () => app.shell.activateById(SIDEBAR_ID)
  });
}
