/** The notebook that a new campaign starts from. */

import type { INotebookContent } from '@jupyterlab/nbformat';

import starter from './starter.json' with { type: 'json' };

/** The notebook's content, for a time zone and a kernel. */
export function starterNotebook(zone: string, kernel: { name: string; display_name: string }): INotebookContent {
  const cells = starter.cells.map(({ type, source }, index) => {
    const text = source.join('\n').replace('"TIME_ZONE"', JSON.stringify(zone));
    const common = { id: `campaign-${index}`, source: text, metadata: {} };
    return type === 'code'
      ? { ...common, cell_type: 'code' as const, outputs: [], execution_count: null }
      : { ...common, cell_type: 'markdown' as const };
  });
  return { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: { ...kernel, language: 'python' } }, cells };
}
