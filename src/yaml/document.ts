import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  parseDocument,
} from "yaml";

/** The parser calls itself for each level; null where it ran out of stack. */
export function parseYaml(text: string, lineCounter: LineCounter): Document | null {
  try {
    return parseDocument(text, {
      lineCounter,
      keepSourceTokens: true,
      prettyErrors: false,
      logLevel: "error",
      // The parser compares each key with all before it; the walk below looks each up.
      uniqueKeys: false,
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The names in the `env` list of a text; what else stands in it is the schema's to refuse. */
export function declaredIn({ contents }: Document): ReadonlySet<string> {
  const list = isMap(contents) ? contents.get("env", true) : null;
  const names = isSeq(list) ? list.items.map((item) => (isScalar(item) ? item.value : null)) : [];
  return new Set(names.filter((name) => typeof name === "string"));
}

/** What each alias stands for: the last node before it with its anchor. One pass over the text. */
export function aliasesOf({ contents }: Document): ReadonlyMap<Node, Node> {
  const anchors = new Map<string, Node>();
  const aliases = new Map<Node, Node>();
  // A list of its own instead of calls, which end where the stack does.
  const open: unknown[] = [contents];
  while (open.length > 0) {
    const node = open.pop();
    if (isAlias(node)) {
      const named = anchors.get(node.source);
      if (named !== undefined) aliases.set(node, named);
    } else if (isPair(node)) open.push(node.value, node.key);
    else if (isNode(node)) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      const items: readonly unknown[] = isCollection(node) ? node.items : [];
      for (let at = items.length - 1; at >= 0; at--) open.push(items[at]);
    }
  }
  return aliases;
}
