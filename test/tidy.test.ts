import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");

/** Which folder of `src` may import which. Each line reads: this one may import those. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  posix: ["model"],
  environment: ["model", "s3"],
  metrics: ["model"],
  s3: ["model"],
  yaml: ["model"],
  cost: ["metrics", "model", "yaml"],
  engine: ["model", "posix", "s3"],
  storage: ["environment", "model", "posix", "s3"],
  load: ["engine", "metrics", "model"],
  report: ["metrics", "model"],
  scenario: ["engine", "model", "yaml"],
  claim: ["metrics", "model", "yaml"],
  run: ["engine", "environment", "load", "metrics", "model", "posix", "storage"],
  cli: [
    "claim",
    "cost",
    "engine",
    "environment",
    "metrics",
    "model",
    "posix",
    "report",
    "run",
    "scenario",
    "storage",
  ],
  main: ["cli", "posix"],
};

const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: ROOT })
  .toString()
  .split("\n")
  .filter((path) => path !== "" && isFile(path));
const code = tracked.filter((path) => /\.(ts|mts|mjs|js)$/.test(path));
const sources = code.filter((path) => path.startsWith("src/"));

function isFile(path: string): boolean {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile() ?? false;
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** `run` for `src/run/store/store.ts`, `main` for `src/main.ts`. */
function layerOf(path: string): string {
  const folder = relative("src", path).split("/")[0] ?? "";
  return basename(folder, ".ts");
}

/** Relative imports of a file, types and lazy ones included, as paths from the root. */
function importsOf(path: string): readonly string[] {
  const found = read(path).matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g);
  return [...found].map(([, target = ""]) => join(dirname(path), target));
}

describe("layers", () => {
  test("the table names exactly the folders there are, and only each other", () => {
    const folders = readdirSync(join(ROOT, "src"), { withFileTypes: true }).map((entry) =>
      basename(entry.name, ".ts"),
    );
    expect(Object.keys(LAYERS).sort()).toEqual(folders.sort());
    const allowed = new Set(Object.values(LAYERS).flat());
    expect([...allowed].filter((layer) => !(layer in LAYERS))).toEqual([]);
  });

  test("imports only go down", () => {
    const wrong = sources.flatMap((path) =>
      importsOf(path)
        .filter((target) => layerOf(target) !== layerOf(path))
        .filter((target) => !(LAYERS[layerOf(path)] ?? []).includes(layerOf(target)))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test("the table has no permission that nobody uses", () => {
    const used = new Set(
      sources.flatMap((path) => importsOf(path).map((to) => `${layerOf(path)}>${layerOf(to)}`)),
    );
    const unused = Object.entries(LAYERS).flatMap(([layer, targets]) =>
      targets.map((target) => `${layer}>${target}`).filter((pair) => !used.has(pair)),
    );
    expect(unused).toEqual([]);
  });

  test("the sub-folders of a folder import each other in one direction", () => {
    const folders = [...new Set(sources.map((path) => dirname(path)))];
    const arrows = new Set(
      sources.flatMap((path) =>
        importsOf(path)
          .filter((to) => dirname(to) !== dirname(path))
          .map((to) => `${dirname(path)}>${dirname(to)}`),
      ),
    );
    const reaches = (from: string, to: string, seen: Set<string>): boolean => {
      if (seen.has(from)) return false;
      seen.add(from);
      const siblings = folders.filter((other) => dirname(other) === dirname(from));
      return siblings.some(
        (next) => arrows.has(`${from}>${next}`) && (next === to || reaches(next, to, seen)),
      );
    };
    const circles = folders.filter((folder) => reaches(folder, folder, new Set()));
    expect(circles.filter((folder) => folder !== "src")).toEqual([]);
  });

  test("the imports are seen at all", () => {
    expect(importsOf("src/run/execute.ts")).toContain("src/storage/index.ts");
    expect(sources.length).toBeGreaterThan(50);
  });
});

describe("sizes", () => {
  // Function lengths are held by the linter: noExcessiveLinesPerFunction in biome.json.
  test("no file is longer than 250 lines", () => {
    const long = code.filter((path) => read(path).split("\n").length - 1 > 250);
    expect(long).toEqual([]);
  });

  test("no folder of sources has more than 16 files of its own", () => {
    const counts = Map.groupBy(sources, (path) => dirname(path));
    const full = [...counts].filter(([, { length }]) => length > 16).map(([folder]) => folder);
    expect(full).toEqual([]);
  });

  test("no line is longer than 100 columns", () => {
    const long = code.flatMap((path) =>
      read(path)
        .split("\n")
        .map((line, index) => ({ line, at: `${path}:${index + 1}` }))
        .filter(({ line }) => line.length > 100)
        .map(({ at }) => at),
    );
    expect(long).toEqual([]);
  });

  test("the linter holds functions to 60 lines, everywhere", () => {
    const config = JSON.parse(read("biome.json"));
    expect(config.linter.rules.complexity.noExcessiveLinesPerFunction.options.maxLines).toBe(60);
    expect(JSON.stringify(config.overrides)).not.toContain("noExcessiveLines");
    expect(code.map(read).join("\n")).not.toMatch(/biome-ignore\s/);
  });
});

describe("names and words", () => {
  test("no folder or file is named for being a collection of anything", () => {
    const banned = /^(utils?|helpers?|common|services?|misc|shared|lib|manager)(\.|$)/;
    const wrong = code.filter((path) => path.split("/").some((part) => banned.test(part)));
    expect(wrong).toEqual([]);
  });

  test("no file is a dead sibling of another", () => {
    // A threshold ends in "old" and is none.
    const siblings = /[-_.]?(?<!thresh)(old|new|copy|backup|orig|v\d+)\.(ts|mjs|yaml|md)$/;
    expect(tracked.filter((path) => siblings.test(path))).toEqual([]);
  });

  test("no promise is left in the code, no type is given up", () => {
    const promises = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "place" + "holder"];
    const types = ["@ts-" + "ignore", "@ts-expect-" + "error", "\\bas " + "any\\b"];
    const banned = new RegExp(`\\b(${promises.join("|")})\\b|${types.join("|")}`);
    expect(code.filter((path) => banned.test(read(path)))).toEqual([]);
  });

  test("no path of one machine stands in a file", () => {
    const machine = new RegExp(["/wo" + "rk/", "/tm" + "p/[a-z]", "/ho" + "me/[a-z]"].join("|"));
    const texts = tracked.filter((path) => !/\.(png|tar|hlog)$|package-lock/.test(path));
    expect(texts.filter((path) => machine.test(read(path)))).toEqual([]);
  });

  test("only main ends the process, only cli and scripts print", () => {
    const exits = sources.filter((path) => /process\.(exit|abort|reallyExit)\(/.test(read(path)));
    expect(exits).toEqual(["src/main.ts"]);
    const prints = /console\.(log|error|warn|info)|process\.std(out|err)/;
    const printing = sources.filter((path) => prints.test(read(path)));
    expect(printing.filter((path) => layerOf(path) !== "cli")).toEqual([]);
  });
});

describe("the README", () => {
  test("says why each dependency is there", () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      read("package.json"),
    );
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    const readme = read("README.md");
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});
