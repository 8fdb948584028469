import { read, tracked } from "./tree.ts";

/** Pages whose code blocks are tested. */
export const PAGES = tracked.filter((path) => /^(docs\/[^/]+|[A-Z]+)\.md$/.test(path));

/** Why a shell block is not executed; CONTRIBUTING.md explains each. */
export const REASONS: readonly string[] = ["aws", "device", "hosts", "root", "slow"];

/** A fenced code block. */
interface CodeBlock {
  readonly language: string;
  /** The words after the language; empty if there are none. */
  readonly note: string;
  readonly body: string;
}

/** Returns the fenced blocks of a page, those in lists included. */
export function blocksOf(page: string): readonly CodeBlock[] {
  const found = read(page).matchAll(/^( *)```(\w+)(.*)\n([\s\S]*?)^\1```$/gm);
  return [...found].map(([, indent = "", language = "", note = "", body = ""]) => ({
    language,
    note: note.trim(),
    body: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** The end of a command in a shell line: an operator, outside of `$(…)`. */
const COMMAND_END = / \|\| | && | (?<!\$\([^)]*)[|>] | & ?$|" &$/;

/** Returns the calls of assay on a page, in blocks and in code spans: the words after its name. */
export function commandsOf(page: string): readonly (readonly string[])[] {
  const blocks = blocksOf(page).filter(({ language }) => ["sh", "yml"].includes(language));
  // A backslash at the end of a line continues it.
  const lines = blocks.flatMap(({ body }) => body.replaceAll(/ \\\n */g, " ").split("\n"));
  const spans = [...read(page).matchAll(/`(npx assay [^`\n]+)`/g)].map(([, span = ""]) => span);
  return [...lines, ...spans]
    .filter((line) => /(npx|\$) assay /.test(line))
    .map((line) => line.slice(line.search(/assay /) + 6))
    .map((text) => wordsOf(text.split(COMMAND_END)[0] ?? ""));
}

/** Splits words as a shell does, without the quotes. */
function wordsOf(text: string): readonly string[] {
  const words = text.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replaceAll(/['"]/g, ""));
}

/** Returns the anchors that GitHub gives the headings of a page. */
export function anchorsOf(text: string): readonly string[] {
  const headings = text.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** A change of a file that a page shows in a block of the language `diff`. */
interface Change {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** Returns the changes that a page shows. */
export function changesOf(page: string): readonly Change[] {
  return blocksOf(page)
    .filter(({ language }) => language === "diff")
    .map(({ note, body }) => {
      const lines = body.split("\n").filter((line) => line !== "");
      const without = (sign: string) => lines.filter((line) => !line.startsWith(sign));
      const text = (kept: readonly string[]) => kept.map((line) => line.slice(1)).join("\n");
      return { path: note, before: text(without("+")), after: text(without("-")) };
    });
}
