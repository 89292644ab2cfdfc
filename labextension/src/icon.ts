/** The sign of the extension: a small campaign, one activity that leads to two. */

import { LabIcon } from '@jupyterlab/ui-components';

/** The icon of the side bar, the launcher tile and the commands. */
export const campaignIcon = new LabIcon({
  name: 'campaign-nb:campaign',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24" fill="none">
  <g class="jp-icon3" stroke="#616161" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
    <path d="M9 12h1.5c3 0 2-6 5-6M10.5 12c3 0 2 6 5 6"/>
    <rect x="2.5" y="8.5" width="6.5" height="7" rx="1.5"/>
    <rect x="15.5" y="3" width="6" height="6" rx="1.5"/>
    <rect x="15.5" y="15" width="6" height="6" rx="1.5"/>
  </g>
</svg>`
});
