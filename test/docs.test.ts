import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { LAYERS } from "./folders.ts";
import { read, tracked } from "./tree.ts";

/** Every file and folder of the repository. */
const paths = new Set<string>();
for (const file of tracked) {
  for (let path = file; path !== "." && path !== ""; path = dirname(path)) paths.add(path);
}
const pages = tracked.filter((path) => path.endsWith(".md") && !path.startsWith("results/"));

/** Folders directly in one, by name. */
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
    const roots = ["src", "test", "scripts", "docs"];
    const inTest = foldersOf("test");
    const missing = pages.flatMap((page) =>
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

  test("link to files that exist", () => {
    const missing = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)#:\s]+)(?=[)#\s])/g)]
        .map(([, link = ""]) => join(dirname(page), link).replace(/\/$/, ""))
        .filter((path) => !paths.has(path))
        .map((path) => `${page}: ${path}`),
    );
    expect(missing).toEqual([]);
  });
});

describe("the table of folders in the README", () => {
  const rows = read("README.md")
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, folder = "", , , , end]) => /^`[a-z0-9]+`$/.test(folder) && end === "")
    .map(([, folder = "", , subFolders = "", imports = ""]) => ({
      folder: folder.slice(1, -1),
      subFolders: quoted(subFolders),
      imports: imports.split(", "),
    }));

  test("lists every folder of src", () => {
    expect(rows.map(({ folder }) => folder).sort()).toEqual([...foldersOf("src")].sort());
  });

  test("lists the sub-folders of each", () => {
    for (const { folder, subFolders } of rows) {
      expect([...subFolders].sort(), folder).toEqual([...foldersOf(`src/${folder}`)].sort());
    }
  });

  test("agrees with the table of imports that test/folders.test.ts holds", () => {
    for (const { folder, imports } of rows.filter((row) => row.folder !== "cli")) {
      const told = imports.filter((name) => name !== "–");
      expect([...told].sort(), folder).toEqual([...(LAYERS[folder] ?? [])].sort());
    }
  });
});
