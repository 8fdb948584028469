import { expect, test } from "vitest";
import patterns from "./style-patterns.json" with { type: "json" };
import { read, tracked } from "./tree.ts";

/** Files that people read: code, scenarios and documents. */
const written = tracked.filter(
  (path) =>
    /^(src|scripts|scenarios|docs|\.github)\/|^[^/]+\.md$/.test(path) &&
    /\.(ts|mjs|js|yaml|yml|md|sh)$/.test(path),
);

const COMMENT = /^\s*(?:\/\*\*|\*|\/\/|#)\s*(.*)/;

/** Returns the lines of a file without code spans, template values and calls of `Math`. */
function linesOf(path: string): readonly string[] {
  const text = path.endsWith(".md") ? read(path).replaceAll(/`[^`\n]*`/g, "``") : read(path);
  return text.replaceAll(/\$\{[^}\n]*\}|Math\.\w+/g, "").split("\n");
}

/** Returns the lines of a file that a pattern matches, as `path:line`. */
function hits(path: string, pattern: RegExp, commentsOnly: boolean): readonly string[] {
  return linesOf(path).flatMap((line, index) => {
    const comment = path.endsWith(".md") ? undefined : COMMENT.exec(line)?.[1];
    const isHit = commentsOnly
      ? comment !== undefined && pattern.test(comment)
      : pattern.test(line);
    return isHit ? [`${path}:${index + 1}`] : [];
  });
}

// A pattern that also matches ordinary words has a count above zero. Lower it when you can.
test.each(patterns)("style: write $use for $pattern", ({ pattern, count, commentsOnly }) => {
  const found = written.flatMap((path) => hits(path, new RegExp(pattern), commentsOnly));
  expect(found.length > count ? found : []).toEqual([]);
});
