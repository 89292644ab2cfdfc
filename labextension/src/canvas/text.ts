/** Text that must fit into a given width: measuring, wrapping, shortening. */

/** The width of a text in pixels. */
export type Measure = (text: string, size: number, bold: boolean) => number;

/** The width as a typical sans-serif face has it; for places without a browser. */
export const estimate: Measure = (text, size, bold) => {
  let width = 0;
  for (const char of text) {
    if (/[iljtfrI.,:;'|!()[\] ]/.test(char)) {
      width += 0.32;
    } else if (/[mwMW@%—…]/.test(char)) {
      width += 0.88;
    } else if (/[A-Z]/.test(char)) {
      width += 0.68;
    } else if (char.charCodeAt(0) > 0x2e80) {
      width += 1;
    } else {
      width += 0.55;
    }
  }
  return width * size * (bold ? 1.06 : 1);
};

/** The width as the browser draws it in a font family. */
export function browserMeasure(family: string): Measure {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) {
    return estimate;
  }
  return (text, size, bold) => {
    context.font = `${bold ? 600 : 400} ${size}px ${family || 'sans-serif'}`;
    return context.measureText(text).width;
  };
}

/** The longest start of a text that fits with an ellipsis; the text itself if it fits. */
export function shorten(text: string, width: number, measure: (text: string) => number): string {
  if (measure(text) <= width) {
    return text;
  }
  const chars = Array.from(text);
  let low = 0;
  let high = chars.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(`${chars.slice(0, middle).join('').trimEnd()}…`) <= width) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return `${chars.slice(0, low).join('').trimEnd()}…`;
}

/** The text in at most `lines` lines, broken at spaces; the last one is shortened. */
export function wrap(text: string, width: number, lines: number, measure: (text: string) => number): string[] {
  const words = text.split(/\s+/).filter(word => word !== '');
  const result: string[] = [];
  while (words.length > 0 && result.length < lines - 1) {
    let line = words.shift() as string;
    while (words[0] !== undefined && measure(`${line} ${words[0]}`) <= width) {
      line += ` ${words.shift()}`;
    }
    if (measure(line) > width) {
      words.unshift(line);
      break;
    }
    result.push(line);
  }
  if (words.length > 0) {
    result.push(shorten(words.join(' '), width, measure));
  }
  return result;
}
