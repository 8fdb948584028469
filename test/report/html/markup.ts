/** Elements that a page of assay consists of. */
const ELEMENTS = new Set(
  (
    "html head meta title style script body main footer h1 h2 h3 p ul ol li a b strong code bdi " +
    "span div section figure figcaption details summary table thead tbody tr th td svg g path " +
    "line rect circle text tspan desc polyline polygon"
  ).split(" "),
);

/** Elements without an end. */
const EMPTY = new Set(["meta"]);

const ATTRIBUTE = / ([a-zA-Z][a-zA-Z0-9:-]*)(?:="([^"<>]*)")?/g;
const TAG = /<(\/?)([a-z0-9]+)((?: [a-zA-Z][a-zA-Z0-9:-]*(?:="[^"<>]*")?)*)(\/?)>/g;

/** A page taken apart: what it consists of, and each way in which it is not well-formed. */
export interface Anatomy {
  readonly problems: readonly string[];
  /** `element attribute` pairs, once each. */
  readonly attributes: ReadonlySet<string>;
  /** Tags in their order, without attributes. */
  readonly tags: readonly string[];
}

/** Reads a page by a grammar stricter than HTML: any markup from a name is a problem. */
export function anatomy(page: string): Anatomy {
  const problems: string[] = [];
  const attributes = new Set<string>();
  const tags: string[] = [];
  const open: string[] = [];
  const body = page
    .replace(/^<!doctype html>\n/, "")
    .replace(/<style>[^<]*<\/style>/, "")
    .replace(/<script>.*?<\/script>/s, "");
  const rest = body.replace(TAG, (_, close: string, name: string, own: string, ends: string) => {
    if (!ELEMENTS.has(name)) problems.push(`element ${name}`);
    for (const [, attribute = "", value = ""] of own.matchAll(ATTRIBUTE)) {
      attributes.add(`${name} ${attribute}`);
      if (/^on|^style$/i.test(attribute)) problems.push(`${name} ${attribute}="${value}"`);
      if (attribute === "href" && !/^[\w.~%/-]+$/.test(value)) problems.push(`link ${value}`);
    }
    tags.push(`${close}${name}`);
    if (close === "/" && open.pop() !== name) problems.push(`</${name}> closes another element`);
    if (close === "" && ends === "" && !EMPTY.has(name)) open.push(name);
    return "";
  });
  if (/[<>]/.test(rest)) problems.push(`stray markup: ${/.{0,40}[<>].{0,40}/.exec(rest)?.[0]}`);
  if (/&(?!(amp|lt|gt|quot|#39);)/.test(rest)) problems.push("a bare ampersand");
  if (/[\p{Cc}\p{Cf}]/u.test(rest.replaceAll("\n", ""))) problems.push("a hidden character");
  if (open.length > 0) problems.push(`not closed: ${open.join(", ")}`);
  return { problems, attributes, tags };
}
