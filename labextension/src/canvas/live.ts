/** Knows whether the live widget of a campaign is on the page, so that only one of two pictures shows. */

type Listener = () => void;

const DOCUMENTS = '.jp-NotebookPanel, .jp-CodeConsole, .jp-Document';
const watched = new Map<Element, { observer: MutationObserver; listeners: Set<Listener> }>();

// One observer for each document, however many pictures it holds.
function listen(root: Element, listener: Listener): () => void {
  let entry = watched.get(root);
  if (!entry) {
    const listeners = new Set<Listener>();
    const observer = new MutationObserver(() => listeners.forEach(each => each()));
    observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] });
    entry = { observer, listeners };
    watched.set(root, entry);
  }
  const { observer, listeners } = entry;
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      observer.disconnect();
      watched.delete(root);
    }
  };
}

/** Call back with whether a live widget with this id is in the same document: now and at each change. */
export function watchLive(node: Element, id: string, report: (live: boolean) => void): () => void {
  const root = node.closest(DOCUMENTS) ?? document.body;
  let last: boolean | null = null;
  const look = (): void => {
    const live = root.getElementsByClassName(`campaign-nb-live-${id}`).length > 0;
    if (live !== last) {
      last = live;
      report(live);
    }
  };
  look();
  return listen(root, look);
}
