/** A campaign on the page: header, picture, details, and what mouse and keyboard do. */

import { details } from './details.js';
import { draw, type IPicture, type Selection } from './draw.js';
import { html, strokeIcon } from './element.js';
import { header } from './header.js';
import { type IPlaced, place } from './layout.js';
import { browserMeasure } from './text.js';
import type { IView } from './view.js';

const SMALLEST = 0.35;
const LEGIBLE = 0.85;
const LARGEST = 1.6;
const STEP = 1.2;
const FADE = 32;
const OWN_KEYS = new Set(['Enter', ' ', 'Escape', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']);

/** The zoom at which a picture fits: never larger than life, never below what can be read. */
export function fittingZoom(picture: number, room: number, least = LEGIBLE): number {
  return room > 0 ? Math.min(1, Math.max(least, room / picture)) : 1;
}

/** Draws views into a host element and keeps selection and zoom between them. */
export class CampaignCanvas {
  constructor(private readonly host: HTMLElement) {
    this.viewport.append(this.scroller);
    this.host.replaceChildren(this.top, this.viewport, this.bottom);
    this.scroller.addEventListener('scroll', () => this.showMore(), { passive: true });
    this.host.addEventListener('click', this.onClick);
    this.host.addEventListener('focusin', this.onFocus);
    this.host.addEventListener('focusout', this.onBlur);
    this.resized.observe(this.scroller);
  }

  /** Draw a view in place of the last one. */
  update(view: IView): void {
    // A host that is not on the page yet has no font; the page's is the one it gets.
    const measure = browserMeasure(getComputedStyle(this.host.isConnected ? this.host : document.body).fontFamily);
    const focused = this.focusedNode();
    this.view = view;
    this.placed = place(view, measure);
    this.picture = draw(view, this.placed, measure);
    this.top.replaceChildren(header(view, view.nodes.length ? this.zoomButtons() : null));
    this.scroller.replaceChildren(
      view.nodes.length ? this.picture.root : html('p', { class: 'cnb-empty' }, 'This campaign has no activity yet.')
    );
    this.applyZoom();
    this.showSelection();
    if (focused !== null) {
      this.picture.nodes.get(focused)?.focus({ preventScroll: true });
    }
  }

  /** Let go of listeners and observers. */
  dispose(): void {
    this.resized.disconnect();
    window.removeEventListener('keydown', this.onKey, true);
    this.host.removeEventListener('click', this.onClick);
    this.host.removeEventListener('focusin', this.onFocus);
    this.host.removeEventListener('focusout', this.onBlur);
    this.host.replaceChildren();
  }

  private select(selection: Selection | null, focus = false): void {
    this.selection = selection;
    this.showSelection();
    const element = selection && this.element(selection);
    if (element) {
      this.reveal(element);
    }
    if (element && focus) {
      element.focus({ preventScroll: true });
    }
  }

  // Sideways only: the page must not jump under the mouse.
  private reveal(element: SVGGElement): void {
    const room = this.scroller.getBoundingClientRect();
    const { left, right } = element.getBoundingClientRect();
    const over = Math.max(0, right + FADE - room.right) || Math.min(0, left - FADE - room.left);
    if (right - left < room.width) {
      this.scroller.scrollBy({ left: over, behavior: 'smooth' });
    }
  }

  private element({ kind, id }: Selection): SVGGElement | undefined {
    return (kind === 'node' ? this.picture?.nodes : this.picture?.edges)?.get(id);
  }

  private showSelection(): void {
    const chosen = this.selection && this.element(this.selection);
    for (const each of [...(this.picture?.nodes.values() ?? []), ...(this.picture?.edges.values() ?? [])]) {
      each.classList.toggle('cnb-selected', each === chosen);
      each.setAttribute('aria-pressed', String(each === chosen));
    }
    const actions = {
      select: (selection: Selection) => this.select(selection, true),
      close: () => this.closeDetails()
    };
    const strip = this.view && this.selection ? details(this.view, this.selection, actions) : null;
    this.bottom.replaceChildren(...(strip ? [strip] : []));
  }

  private closeDetails(): void {
    const last = this.selection;
    this.select(null);
    if (last) {
      this.element(last)?.focus({ preventScroll: true });
    }
  }

  private zoomButtons(): HTMLElement {
    const button = (path: string, label: string, act: () => void): HTMLElement => {
      const node = html('button', { class: 'cnb-button', type: 'button', title: label, 'aria-label': label }, strokeIcon(path, 14));
      node.addEventListener('click', act);
      return node;
    };
    const step = (factor: number): void => {
      this.zoom = Math.min(LARGEST, Math.max(SMALLEST, this.currentZoom() * factor));
      this.applyZoom();
    };
    const set = (zoom: number | 'fit' | null): void => {
      this.zoom = zoom;
      this.applyZoom();
    };
    return html(
      'div',
      { class: 'cnb-zoom', role: 'toolbar', 'aria-label': 'Zoom' },
      button('M5 12h14', 'Zoom out', () => step(1 / STEP)),
      button('M5 12h14 M12 5v14', 'Zoom in', () => step(STEP)),
      button('M4 9V4h5 M15 4h5v5 M20 15v5h-5 M9 20H4v-5', 'Show all', () => set(this.zoom === 'fit' ? null : 'fit'))
    );
  }

  private currentZoom(): number {
    if (typeof this.zoom === 'number') {
      return this.zoom;
    }
    const room = this.scroller.clientWidth;
    return fittingZoom(this.placed?.width ?? 1, room, this.zoom === 'fit' ? SMALLEST : LEGIBLE);
  }

  private applyZoom(): void {
    if (this.placed && this.picture) {
      const zoom = this.currentZoom();
      this.picture.root.setAttribute('width', String(Math.floor(this.placed.width * zoom)));
      this.picture.root.setAttribute('height', String(Math.ceil(this.placed.height * zoom)));
    }
    this.showMore();
  }

  // Scroll bars may be out of sight: the sides fade where the picture goes on.
  private showMore(): void {
    const { scrollLeft, scrollWidth, clientWidth } = this.scroller;
    this.viewport.classList.toggle('cnb-more-left', scrollLeft > 2);
    this.viewport.classList.toggle('cnb-more-right', scrollLeft + clientWidth < scrollWidth - 2);
  }

  private focusedNode(): string | null {
    return this.find(document.activeElement, this.picture?.nodes);
  }

  private find(target: Element | null, parts: ReadonlyMap<string, SVGGElement> | undefined): string | null {
    for (const [id, element] of parts ?? []) {
      if (target && element.contains(target)) {
        return id;
      }
    }
    return null;
  }

  private at(target: Element | null): Selection | null {
    const node = this.find(target, this.picture?.nodes);
    if (node !== null) {
      return { kind: 'node', id: node };
    }
    const edge = this.find(target, this.picture?.edges);
    return edge === null ? null : { kind: 'edge', id: edge };
  }

  private readonly onClick = (event: MouseEvent): void => {
    const target = event.target as Element;
    const hit = this.at(target);
    if (hit) {
      this.select(hit);
    } else if (target === this.scroller || target === this.picture?.root) {
      this.select(null);
    }
  };

  private readonly onFocus = (): void => window.addEventListener('keydown', this.onKey, true);

  private readonly onBlur = (): void => window.removeEventListener('keydown', this.onKey, true);

  // Listens on the window while the focus is inside: the notebook binds Enter, Escape and the arrows on the document.
  private readonly onKey = (event: KeyboardEvent): void => {
    const target = event.target as Element;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && OWN_KEYS.has(event.key);
    if (!plain || !this.host.contains(target)) {
      return;
    }
    const hit = this.at(target);
    if (event.key === 'Escape' && this.selection) {
      this.closeDetails();
    } else if (target instanceof HTMLButtonElement && (event.key === 'Enter' || event.key === ' ')) {
      target.click();
    } else if (hit && (event.key === 'Enter' || event.key === ' ')) {
      this.select(hit);
    } else if (hit && event.key.startsWith('Arrow')) {
      this.step(hit, event.key);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  private step(from: Selection, key: string): void {
    const next = this.view && this.placed ? neighbour(this.view, this.placed, from, key) : null;
    const element = next && this.element(next);
    if (element) {
      element.focus({ preventScroll: true });
      element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      this.reveal(element);
    }
  }

  private view: IView | null = null;
  private placed: IPlaced | null = null;
  private picture: IPicture | null = null;
  private selection: Selection | null = null;
  private zoom: number | 'fit' | null = null;
  private readonly top = html('div');
  private readonly viewport = html('div', { class: 'cnb-viewport' });
  private readonly scroller = html('div', { class: 'cnb-scroller' });
  private readonly bottom = html('div');
  private readonly resized = new ResizeObserver(() => this.applyZoom());
}

/** Where an arrow key leads: along the transitions to left and right, between siblings up and down. */
export function neighbour(view: IView, placed: IPlaced, from: Selection, key: string): Selection | null {
  if (from.kind === 'edge') {
    const edge = view.edges.find(each => each.id === from.id);
    const end = key === 'ArrowLeft' ? edge?.source : key === 'ArrowRight' ? edge?.target : null;
    return end ? { kind: 'node', id: end } : null;
  }
  if (key === 'ArrowRight' || key === 'ArrowLeft') {
    const edge = view.edges.find(each => (key === 'ArrowRight' ? each.source : each.target) === from.id);
    return edge ? { kind: 'edge', id: edge.id } : null;
  }
  const here = placed.nodes.find(each => each.node.id === from.id);
  const sign = key === 'ArrowDown' ? 1 : -1;
  const column = placed.nodes
    .filter(each => here && Math.abs(each.x - here.x) < 1 && sign * (each.y - here.y) > 0)
    .sort((a, b) => sign * (a.y - b.y));
  return column[0] ? { kind: 'node', id: column[0].node.id } : null;
}
