import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, it } from "vitest";
import { examplePages } from "../../scripts/docs/example-pages.ts";
import { capturedPages, docFiles } from "../../scripts/write-docs.ts";
import { ROOT } from "../tree.ts";

const files = await docFiles();
const pages = await examplePages();

describe("a generated document", () => {
  it.each([...files].map(([path, text]) => [relative(ROOT, path), path, text] as const))(
    "%s is current; `npm run docs` writes it",
    (_, path, text) => {
      expect(existsSync(path)).toBe(true);
      expect(readFileSync(path, "utf8")).toBe(text);
    },
  );

  it.each([...files].map(([path, text]) => [relative(ROOT, path), text] as const))(
    "%s has one title and names its source",
    (_, text) => {
      const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, "");
      expect(prose.match(/^# /gm)).toHaveLength(1);
      expect(text).toContain("npm run docs");
      expect(text.endsWith("\n")).toBe(true);
    },
  );
});

describe("the page of an example run", () => {
  it.each([...pages].map(([path, text]) => [relative(ROOT, path), path, text] as const))(
    "%s is current; `npm run docs` writes it",
    (_, path, text) => {
      expect(readFileSync(path, "utf8") === text).toBe(true);
      expect(Buffer.byteLength(text)).toBeLessThan(300_000);
    },
  );
});

describe("captured output", () => {
  it.each([...capturedPages()].map(([path, text]) => [relative(ROOT, path), path, text] as const))(
    "in %s is current; `npm run docs` writes it",
    (_, path, text) => {
      expect(readFileSync(path, "utf8")).toBe(text);
    },
  );
});
