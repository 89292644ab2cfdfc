/** The tile in the launcher. */

import type { ILauncher } from '@jupyterlab/launcher';

import { CATEGORY, COMMANDS } from './commands.js';

/** Add the tile "Campaign". */
export function addTile(launcher: ILauncher): void {
  launcher.add({ command: COMMANDS.create, category: CATEGORY, rank: 0 });
}
