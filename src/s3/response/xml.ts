/** Maximum depth of elements; S3's XML is flatter. */
const MAX_DEPTH = 16;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** A response that is not well-formed XML. */
export class XmlError extends Error {
  override readonly name = "XmlError";
  readonly code = "EXML";
}

/** Called at the end of each element with its name, depth (root: 0) and text. */
export type XmlVisitor = (name: string, depth: number, text: string) => void;

const TOKEN = /<(?:(\?[^>]*\?|!--[\s\S]*?--)|(\/?)([A-Za-z_][\w.:-]*)((?:\s[^<>]*?)?)(\/?))>/y;

/**
 * Reads S3's XML: elements, attributes (ignored), text with entities, comments. Document types are
 * rejected, because their entities can grow without limit.
 *
 * @throws XmlError if the text is not well-formed
 */
export function readXml(source: string, visit: XmlVisitor): void {
  const open: string[] = [];
  let text = "";
  let at = source.charCodeAt(0) === 0xfeff ? 1 : 0;
  let roots = 0;
  while (at < source.length) {
    const next = source.indexOf("<", at);
    const to = next < 0 ? source.length : next;
    if (to > at) {
      text = source.slice(at, to);
      if (open.length === 0 && text.trim() !== "") throw malformed("text outside of the root");
    }
    if (next < 0) break;
    TOKEN.lastIndex = next;
    const token = TOKEN.exec(source);
    if (token === null) throw malformed("a tag does not end");
    const [all, remark, closes, name = "", , empty] = token;
    at = next + all.length;
    if (remark !== undefined) continue;
    if (closes === "/") {
      if (open.pop() !== name) throw malformed(`</${name}> closes what is not open`);
      visit(name, open.length, decode(text));
      text = "";
    } else {
      if (open.length === 0 && ++roots > 1) throw malformed("a second root");
      if (open.length === MAX_DEPTH) throw malformed("elements nest too deep");
      if (empty === "/") visit(name, open.length, "");
      else open.push(name);
      text = "";
    }
  }
  if (open.length > 0 || roots === 0) throw malformed("it ends too early");
}

/** Texts of the root's children by name (the last of each), and the root's name under `""`. */
export type XmlFields = Readonly<Record<string, string>>;

/** Reads the fields of a text; `visit` is called for every element, even in malformed XML. */
export function readFields(source: string, visit?: XmlVisitor): XmlFields {
  const fields: Record<string, string> = {};
  readXml(source, (name, depth, text) => {
    visit?.(name, depth, text);
    if (depth === 1) fields[name] = text;
    if (depth === 0) fields[""] = name;
  });
  return fields;
}

/** Decodes the entities of XML text. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function decode(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^;&]{0,10})(;?)/g, (_, entity: string, end: string) => {
    const number = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(entity);
    const point =
      number === null ? -1 : Number.parseInt(number[1] ?? number[2] ?? "", number[1] ? 16 : 10);
    const isPoint = point >= 0 && point <= 0x10ffff;
    const known = isPoint ? String.fromCodePoint(point) : ENTITIES.get(entity);
    if (known === undefined || end === "") throw malformed("an entity is unknown");
    return known;
  });
}

function malformed(what: string): XmlError {
  return new XmlError(`the response is not well-formed XML: ${what}`);
}
