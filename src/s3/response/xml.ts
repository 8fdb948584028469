/** Maximum depth of elements; S3's XML is flatter. */
const MAX_DEPTH = 16;
/** Maximum characters of a tag, or of a text without one; a key has 1,024 bytes, escaped. */
const MAX_INCOMPLETE = 1024 * 1024;

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

const OPEN_TAG = "a tag does not end";

const TOKEN = /<(?:(\?[^>]*\?|!--[\s\S]*?--)|(\/?)([A-Za-z_][\w.:-]*)((?:\s[^<>]*?)?)(\/?))>/y;

/**
 * Reads S3's XML: elements, attributes (ignored), text with entities, comments. Document types are
 * rejected, because their entities can grow without limit.
 *
 * @throws XmlError if the text is not well-formed
 */
export function readXml(source: string, visit: XmlVisitor): void {
  const reader = new XmlReader(visit);
  reader.feed(source);
  reader.end();
}

/** Reads XML in pieces, as they arrive; keeps only the tag or text that is incomplete. */
class XmlReader {
  private readonly visit: XmlVisitor;
  private readonly open: string[] = [];
  private text = "";
  private rest = "";
  private started = false;
  private roots = 0;
  private rootName: string | null = null;

  constructor(visit: XmlVisitor) {
    this.visit = visit;
  }

  get root(): string | null {
    return this.rootName;
  }

  /** Reads the next piece. @throws XmlError */
  feed(piece: string): void {
    const source = this.rest + piece;
    if (source === "") return;
    let at = !this.started && source.charCodeAt(0) === 0xfeff ? 1 : 0;
    this.started = true;
    while (at < source.length) {
      const next = source.indexOf("<", at);
      if (next !== at) this.takeText(source.slice(at, next < 0 ? source.length : next));
      if (next < 0) {
        // Some servers send spaces before a response that takes long.
        if (this.open.length === 0) at = source.length;
        break;
      }
      TOKEN.lastIndex = next;
      const token = TOKEN.exec(source);
      if (token === null) {
        if (!isIncomplete(source, next)) throw malformed(OPEN_TAG);
        at = next;
        break;
      }
      at = next + token[0].length;
      this.takeTag(token);
    }
    this.rest = source.slice(at);
    if (this.rest.length > MAX_INCOMPLETE) throw malformed(OPEN_TAG);
  }

  /** Ends the text. @throws XmlError if the root is incomplete or missing */
  end(): void {
    if (this.rest.startsWith("<")) throw malformed(OPEN_TAG);
    if (this.open.length > 0 || this.roots === 0) throw malformed("it ends too early");
  }

  private takeText(text: string): void {
    this.text = text;
    if (this.open.length === 0 && text.trim() !== "") throw malformed("text outside of the root");
  }

  private takeTag([, remark, closes, name = "", , empty]: RegExpExecArray): void {
    const { open } = this;
    if (remark !== undefined) return;
    if (closes === "/") {
      if (open.pop() !== name) throw malformed(`</${name}> closes what is not open`);
      this.visit(name, open.length, decode(this.text));
    } else {
      if (open.length === 0 && ++this.roots > 1) throw malformed("a second root");
      this.rootName ??= name;
      if (open.length === MAX_DEPTH) throw malformed("elements nest too deep");
      if (empty === "/") this.visit(name, open.length, "");
      else open.push(name);
    }
    this.text = "";
  }
}

/** Whether the tag or comment at an index may end in a later piece. */
function isIncomplete(source: string, at: number): boolean {
  const isComment = "<!--".startsWith(source.slice(at, at + 4));
  return isComment ? source.indexOf("-->", at + 4) < 0 : source.indexOf(">", at) < 0;
}

/** Texts of the root's children by name (the last of each), and the root's name under `""`. */
export type XmlFields = Readonly<Record<string, string>>;

/** Reads the fields of a text; `visit` is called for every element, even in malformed XML. */
export function readFields(source: string, visit?: XmlVisitor): XmlFields {
  const reader = new FieldReader(visit);
  reader.feed(source);
  return reader.end();
}

/** Reads the fields of a text in pieces, as they arrive. */
export class FieldReader {
  private readonly fields: Record<string, string> = {};
  private readonly reader: XmlReader;

  constructor(visit?: XmlVisitor) {
    const { fields } = this;
    this.reader = new XmlReader((name, depth, text) => {
      visit?.(name, depth, text);
      if (depth === 1) fields[name] = text;
      if (depth === 0) fields[""] = name;
    });
  }

  /** Name of the root; null before its tag. */
  get root(): string | null {
    return this.reader.root;
  }

  /** Reads the next piece. @throws XmlError, and errors of `visit` */
  feed(piece: string): void {
    this.reader.feed(piece);
  }

  /** Ends the text and returns its fields. @throws XmlError */
  end(): XmlFields {
    this.reader.end();
    return this.fields;
  }
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
