/** An element of an XML text, with its descendants in `children`. */
export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

const NAME = /[A-Za-z][\w.:-]*/y;
const ATTRIBUTE = /\s+([A-Za-z][\w.:-]*)="([^"<]*)"/y;
const ENTITY = /&(amp|lt|gt|quot|#39);/g;
const MEANING: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
};

/**
 * Parses XML as strictly as its specification, without declarations, comments and CDATA.
 *
 * @throws Error if the text is not well-formed.
 */
export function parseXml(text: string): Element {
  const { element, end } = parseElement(text, 0);
  if (end !== text.length) throw new Error(`text after the end: ${text.slice(end, end + 40)}`);
  return element;
}

function parseElement(text: string, from: number): { element: Element; end: number } {
  if (text[from] !== "<") throw new Error(`expected <, got ${text.slice(from, from + 40)}`);
  const tag = matched(NAME, text, from + 1)?.[0];
  if (tag === undefined) throw new Error(`no name at ${text.slice(from, from + 40)}`);
  let at = from + 1 + tag.length;
  const attributes: Record<string, string> = {};
  for (let found = matched(ATTRIBUTE, text, at); found; found = matched(ATTRIBUTE, text, at)) {
    const [whole, name = "", value = ""] = found;
    if (name in attributes) throw new Error(`${name} is there twice`);
    attributes[name] = decoded(value);
    at += whole.length;
  }
  if (text.startsWith("/>", at)) {
    return { element: { tag, attributes, children: [] }, end: at + 2 };
  }
  if (text[at] !== ">") throw new Error(`expected >, got ${text.slice(at, at + 40)}`);
  const { children, end } = parseContent(text, at + 1);
  const close = `</${tag}>`;
  if (!text.startsWith(close, end)) throw new Error(`${tag} is not closed`);
  return { element: { tag, attributes, children }, end: end + close.length };
}

function parseContent(text: string, from: number) {
  const children: (Element | string)[] = [];
  let at = from;
  while (!text.startsWith("</", at)) {
    if (at >= text.length) throw new Error("unexpected end");
    if (text[at] === "<") {
      const { element, end } = parseElement(text, at);
      children.push(element);
      at = end;
    } else {
      const next = text.indexOf("<", at);
      const end = next < 0 ? text.length : next;
      children.push(decoded(text.slice(at, end)));
      at = end;
    }
  }
  return { children, end: at };
}

function matched(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function decoded(text: string): string {
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text)) {
    throw new Error("a character that XML forbids");
  }
  if (/&/.test(text.replace(ENTITY, ""))) throw new Error(`unknown entity in ${text}`);
  return text.replace(ENTITY, (_, name: string) => MEANING[name] ?? "");
}

/** An element and all of its descendants. */
export function allOf(element: Element): readonly Element[] {
  return [
    element,
    ...element.children.flatMap((one) => (typeof one === "string" ? [] : allOf(one))),
  ];
}

/** Text of an element and its descendants. */
export function textOf(element: Element): string {
  return element.children.map((one) => (typeof one === "string" ? one : textOf(one))).join("");
}

/** A place in the drawing. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Places that the marks of a drawing reach, without texts; transforms are applied. */
export function placesOf(element: Element, apply = (place: Place): Place => place): Place[] {
  const own = transformOf(element.attributes.transform);
  const inner = (place: Place): Place => apply(own(place));
  return [
    ...shapePlaces(element).map(inner),
    ...element.children.flatMap((one) => (typeof one === "string" ? [] : placesOf(one, inner))),
  ];
}

function transformOf(text: string | undefined): (place: Place) => Place {
  if (text === undefined) return (place) => place;
  const found = /^translate\((\S+) (\S+)\) scale\((\S+) (\S+)\)$/.exec(text);
  if (found === null) throw new Error(`unknown transform ${text}`);
  const [left = 0, top = 0, wide = 1, high = 1] = found.slice(1).map(Number);
  return ({ x, y }) => ({ x: left + x * wide, y: top + y * high });
}

function shapePlaces({ tag, attributes }: Element): readonly Place[] {
  const of = (name: string): number => Number(attributes[name] ?? 0);
  switch (tag) {
    case "line":
      return [
        { x: of("x1"), y: of("y1") },
        { x: of("x2"), y: of("y2") },
      ];
    case "circle":
      return [{ x: of("cx"), y: of("cy") }];
    case "rect":
      return [
        { x: of("x"), y: of("y") },
        { x: of("x") + of("width"), y: of("y") + of("height") },
      ];
    case "path":
      return pathPlaces(attributes.d ?? "");
    default:
      return [];
  }
}

/** Places of a path of the commands that charts use. */
export function pathPlaces(path: string): readonly Place[] {
  const places: Place[] = [];
  let at: Place = { x: 0, y: 0 };
  for (const [, command = "", rest = ""] of path.matchAll(/([A-Za-z])([^A-Za-z]*)/g)) {
    const numbers = [...rest.matchAll(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g)].map(Number);
    const [first = 0, second = 0] = numbers;
    if (numbers.some(Number.isNaN) || rest.includes("NaN")) throw new Error(`path ${path}`);
    const moves: Readonly<Record<string, Place>> = {
      M: { x: first, y: second },
      L: { x: first, y: second },
      H: { x: first, y: at.y },
      V: { x: at.x, y: first },
      m: { x: at.x + first, y: at.y + second },
      l: { x: at.x + first, y: at.y + second },
      h: { x: at.x + first, y: at.y },
      v: { x: at.x, y: at.y + first },
    };
    if (command.toLowerCase() === "z") continue;
    const next = moves[command];
    if (next === undefined) throw new Error(`unknown command ${command}`);
    at = next;
    places.push(at);
  }
  return places;
}
