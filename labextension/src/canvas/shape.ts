/** Readers that turn unknown JSON into typed values, or say where it is wrong. */

/** Reads one value; throws a ShapeProblem that names the place. */
export type Reader<T> = (value: unknown, where: string) => T;

/** What was expected, and where it was not found. */
export class ShapeProblem extends Error {}

const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

function wrong(where: string, expected: string): never {
  throw new ShapeProblem(`${where} is not ${expected}`);
}

/** Text of at most `limit` characters; control and direction characters are made visible. */
export function text(limit = 2000): Reader<string> {
  return (value, where) => {
    if (typeof value !== 'string') {
      return wrong(where, 'text');
    }
    const cut = value.length > limit ? `${value.slice(0, limit - 1)}…` : value;
    return cut.replace(HIDDEN, '\ufffd');
  };
}

/** A finite number. */
export const number: Reader<number> = (value, where) =>
  typeof value === 'number' && Number.isFinite(value) ? value : wrong(where, 'a number');

/** True or false. */
export const flag: Reader<boolean> = (value, where) =>
  typeof value === 'boolean' ? value : wrong(where, 'true or false');

/** One of a closed list of words. */
export function oneOf<T extends string>(...words: readonly T[]): Reader<T> {
  return (value, where) => words.find(word => word === value) ?? wrong(where, `one of ${words.join(', ')}`);
}

/** The value, or null where there is none. */
export function optional<T>(reader: Reader<T>): Reader<T | null> {
  return (value, where) => (value === null || value === undefined ? null : reader(value, where));
}

/** A list of at most `limit` values. */
export function list<T>(reader: Reader<T>, limit = 1000): Reader<T[]> {
  return (value, where) => {
    if (!Array.isArray(value)) {
      return wrong(where, 'a list');
    }
    if (value.length > limit) {
      return wrong(where, `a list of at most ${limit}`);
    }
    return value.map((item, index) => reader(item, `${where}[${index}]`));
  };
}

/** A list of exactly two values. */
export function pair<A, B>(first: Reader<A>, second: Reader<B>): Reader<[A, B]> {
  return (value, where) =>
    Array.isArray(value) && value.length === 2
      ? [first(value[0], `${where}[0]`), second(value[1], `${where}[1]`)]
      : wrong(where, 'a pair');
}

/** An object with at least these fields. */
export function record<T extends object>(fields: { [K in keyof T]: Reader<T[K]> }): Reader<T> {
  return (value, where) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return wrong(where, 'an object');
    }
    const read: Partial<T> = {};
    for (const name of Object.keys(fields) as (keyof T & string)[]) {
      read[name] = fields[name]((value as Record<string, unknown>)[name], where ? `${where}.${name}` : name);
    }
    return read as T;
  };
}
