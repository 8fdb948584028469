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

/** Parses YAML text. Null if the nesting exhausts the stack, because the parser is recursive. */
export function parseYaml(text: string, lineCounter: LineCounter): Document | null {
  try {
    return parseDocument(text, {
      lineCounter,
      keepSourceTokens: true,
      prettyErrors: false,
      logLevel: "error",
      // The parser's check is quadratic in the number of keys; `Walk` uses a set.
      uniqueKeys: false,
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Returns the names in the `env` list of a text. The schema rejects entries that are not names. */
export function declaredIn({ contents }: Document): ReadonlySet<string> {
  const list = isMap(contents) ? contents.get("env", true) : null;
  const names = isSeq(list) ? list.items.map((item) => (isScalar(item) ? item.value : null)) : [];
  return new Set(names.filter((name) => typeof name === "string"));
}

/** Maps each alias to the last node before it that has its anchor, in one pass over the text. */
export function aliasesOf({ contents }: Document): ReadonlyMap<Node, Node> {
  const anchors = new Map<string, Node>();
  const aliases = new Map<Node, Node>();
  // An explicit stack, because recursion would overflow on deep nesting.
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
