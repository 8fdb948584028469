import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import yargs from "yargs";
import { COMMANDS } from "../src/cli/commands/index.ts";
import { TABLE } from "./folders.ts";
import { anchorsOf, blocksOf, changesOf, commandsOf, PAGES, REASONS } from "./pages.ts";
import { read, tracked } from "./tree.ts";

/** Every file and directory of the repository. */
const paths = new Set<string>();
for (const file of tracked) {
  for (let path = file; path !== "." && path !== ""; path = dirname(path)) paths.add(path);
}
const documents = tracked.filter((path) => path.endsWith(".md") && !path.startsWith("results/"));

/** Directories directly in one, by name. */
function foldersOf(folder: string): readonly string[] {
  const folders = new Set([...paths].map((path) => dirname(path)));
  return [...folders].filter((path) => dirname(path) === folder).map((path) => basename(path));
}

/** Names in backquotes. */
function quoted(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

describe("documents", () => {
  test("name only files of the repository", () => {
    const roots = ["src", "test", "scripts", "docs", "scenarios"];
    const inTest = foldersOf("test");
    const missing = documents.flatMap((page) =>
      quoted(read(page))
        .filter((name) => /^[a-z0-9]+\/[\w./-]+$/.test(name))
        .flatMap((name) => {
          const [first = ""] = name.split("/");
          if (roots.includes(first)) return [name];
          // The tests of docs/reliability.md are named from `test/`.
          return page === "docs/reliability.md" && inTest.includes(first) ? [`test/${name}`] : [];
        })
        .filter((name) => !["", ".ts", ".test.ts"].some((end) => paths.has(name + end)))
        .map((name) => `${page}: ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test("link to files and headings that exist", () => {
    const missing = documents.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link = ""]) => link)
        .filter((link) => !/^https?:/.test(link))
        .filter((link) => {
          const [file = "", anchor] = link.split("#");
          const path = file === "" ? page : join(dirname(page), file).replace(/\/$/, "");
          if (!paths.has(path)) return true;
          return anchor !== undefined && !anchorsOf(read(path)).includes(anchor);
        })
        .map((link) => `${page}: ${link}`),
    );
    expect(missing).toEqual([]);
  });

  test("are all linked from the README", () => {
    const readme = read("README.md");
    const unlinked = tracked.filter(
      (path) => /^(docs\/[^/]+|[^/]+)\.md$/.test(path) && !readme.includes(`](${path})`),
    );
    expect(unlinked).toEqual(["README.md"]);
  });

  test("have only code blocks of a kind that a test handles", () => {
    const notes = PAGES.flatMap((page) =>
      blocksOf(page)
        .filter(({ language }) => language === "sh")
        .map(({ note }) => note)
        .filter((note) => note !== "" && !/^exit=\d+$/.test(note) && !REASONS.includes(note)),
    );
    expect(notes).toEqual([]);
  });

  test("show only commands and options of assay that exist", async () => {
    const commands = PAGES.flatMap((page) => commandsOf(page).map((words) => ({ page, words })));
    expect(commands.length).toBeGreaterThan(50);
    const failures: string[] = [];
    for (const { page, words } of commands) {
      const problem = await parseProblem(words);
      if (problem !== null) failures.push(`${page}: assay ${words.join(" ")}: ${problem}`);
    }
    expect(failures).toEqual([]);
    expect(await parseProblem(["run", "smoke", "--nonesuch"])).toContain("nonesuch");
  });
});

/** Returns the error of the command line's parser; null if it accepts the words. */
async function parseProblem(words: readonly string[]): Promise<string | null> {
  if (["--version", "--help", "completion", "help"].includes(words[0] ?? "")) return null;
  const parser = yargs().exitProcess(false).strict().demandCommand(1).fail(false);
  for (const { usage, summary, options } of COMMANDS) {
    parser.command(usage, summary, options, () => {});
  }
  try {
    await parser.parseAsync([...words]);
    return null;
  } catch (error) {
    return String(error);
  }
}

describe("docs/architecture.md", () => {
  // test/worked-example.test.ts applies the changes.
  test.each(changesOf("docs/architecture.md"))("shows a change that fits $path", (change) => {
    expect(read(change.path).split(change.before)).toHaveLength(2);
  });
});

describe("README.md", () => {
  test("has at most 150 lines", () => {
    expect(read("README.md").split("\n").length - 1).toBeLessThanOrEqual(150);
  });

  test("lists every command", () => {
    const readme = read("README.md");
    const names = COMMANDS.map(({ usage }) => usage.split(" ")[0]);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !readme.includes(`| \`assay ${name}\` |`))).toEqual([]);
  });
});

describe("CONTRIBUTING.md", () => {
  test("gives a reason for every dependency", () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      read("package.json"),
    );
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    const rows = read("CONTRIBUTING.md").split("\n");
    const explained = new Set(rows.filter((row) => row.startsWith("| `")).flatMap(quoted));
    expect(names.filter((name) => !explained.has(name))).toEqual([]);
  });

  test("lists no package that is not a dependency", () => {
    const manifest = read("package.json");
    const table = read("CONTRIBUTING.md").split("## Dependencies")[1] ?? "";
    const rows = table.split("\n").filter((row) => row.startsWith("| `"));
    const listed = rows.flatMap((row) => quoted(row.split("|")[1] ?? ""));
    expect(listed.length).toBeGreaterThan(20);
    expect(listed.filter((name) => !manifest.includes(`"${name}":`))).toEqual([]);
  });

  test("lists npm scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const named = documents.flatMap((page) =>
      [...read(page).matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !Object.keys(scripts).includes(name))).toEqual([]);
  });
});

describe("the table of directories in docs/architecture.md", () => {
  test("lists every directory of src", () => {
    expect(TABLE.map(({ folder }) => folder).sort()).toEqual([...foldersOf("src")].sort());
  });

  test("lists the subdirectories of each", () => {
    for (const { folder, subFolders } of TABLE) {
      expect([...subFolders].sort(), folder).toEqual([...foldersOf(`src/${folder}`)].sort());
    }
  });

  test("is ordered: each directory imports only those below it", () => {
    const order = TABLE.map(({ folder }) => folder);
    const upward = TABLE.flatMap(({ folder, imports }) =>
      imports
        .filter((name) => order.indexOf(name) <= order.indexOf(folder))
        .map((name) => `${folder} imports ${name}`),
    );
    expect(upward).toEqual([]);
  });
});
