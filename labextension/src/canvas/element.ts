/** Elements made from data: names and attributes are ours, every text goes in as text. */

const SVG = 'http://www.w3.org/2000/svg';

type Attributes = Readonly<Record<string, string | number>>;
type Child = Node | string | null;

function fill<T extends Element>(element: T, attributes: Attributes, children: readonly Child[]): T {
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null));
  return element;
}

/** An HTML element; strings among the children become text. */
export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element; strings among the children become text. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** A stroke icon of 24 x 24, drawn at a size. */
export function strokeIcon(path: string, size: number): SVGSVGElement {
  return svg(
    'svg',
    { class: 'cnb-icon', width: size, height: size, viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    svg('path', { d: path })
  );
}
