// @module-tag system
import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";

// A row for something that does not exist is added to a copy of the sources: all that is derived
// from the rows has to know it, and what has code or data for each row has to name it as missing.

const ROOT = resolve(import.meta.dirname, "..");

/** An operation on paths and buckets, without code in any engine. */
const PEEK = `  peek: {
    help: "the first bytes of a file",
    mix: { place: 99, weightOf: "peeks" },
    unit: "file",
    moves: "brings",
    request: "read",
  },
`;

/** An operation on buckets only. */
const POKE = `  poke: {
    unit: "file",
    moves: "nothing",
    request: "write",
    notOnPaths: "a path has no pokes",
  },
`;

/** A volume that bursts, without figures, prices or limits. */
const GP9 = `  "ebs-gp9": {
    ...EBS,
    noun: "an EBS gp9 volume",
    short: "EBS gp9",
    volume: { type: "gp9", medium: "ssd", bursts: true },
  },
`;

const PEEKS = `name: peeks
datasets: { data: { count: 20, size: 1KiB } }
phases:
  - { name: alone, operation: peek, operations: 200, thresholds: ["peek.p99 < 1h"] }
  - { name: mixed, mix: { fetch: 1, peek: 3 }, operations: 200, workers: 2 }
`;

const POKES = `name: pokes
datasets: { data: { count: 20, size: 1KiB } }
phases: [{ name: p, operation: poke, operations: 50, engine: sync }]
`;

const READS = `name: reads
datasets: { data: { count: 1, size: 64KiB } }
phases: [{ name: p, operation: read, access: random, cache: warm, operations: 50 }]
`;

/** A copy of the sources with further rows, which ends with the test. */
function copyWith(rows: { readonly operations?: string; readonly kinds?: string }): string {
  const copy = mkdtempSync(join(tmpdir(), "assay-rows-"));
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
  for (const name of ["src", "scenarios", "package.json", "tsconfig.json"]) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  mkdirSync(join(copy, "data"));
  addRows(join(copy, "src/model/plan/operation-rows.ts"), rows.operations ?? "");
  addRows(join(copy, "src/model/target/kind-rows.ts"), rows.kinds ?? "");
  for (const text of [PEEKS, POKES, READS]) {
    writeFileSync(join(copy, `${text.split(/\W+/)[1]}.yaml`), text);
  }
  return copy;
}

function addRows(file: string, rows: string): void {
  const end = "} as const satisfies";
  const text = readFileSync(file, "utf8");
  expect(text.split(end)).toHaveLength(2);
  writeFileSync(file, text.replace(end, `${rows}${end}`));
}

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a script of Node in a copy. */
function run(copy: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((ended) => {
    const options = { cwd: copy, maxBuffer: 2 ** 26 };
    const child = execFile(process.execPath, args, options, (_, stdout, stderr) => {
      ended({ code: child.exitCode ?? -1, output: stdout + stderr });
    });
  });
}

const assay = (copy: string, ...args: readonly string[]) => run(copy, "src/main.ts", ...args);

test("the compiler names the code that rows need, and nothing else", async () => {
  const copy = copyWith({ operations: PEEK + POKE, kinds: GP9 });
  const config = { extends: "./tsconfig.json", include: ["src"] };
  writeFileSync(join(copy, "tsconfig.src.json"), JSON.stringify(config));
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const { output } = await run(copy, compiler, "--pretty", "false", "-p", "tsconfig.src.json");
  const errors = output.split("\n").filter((line) => line.includes("error"));
  const missing = errors.map((line) => [
    line.replace(/\(.*/, ""),
    [...line.matchAll(/\b(peek|poke|ebs-gp9)\b/g)].map(([name]) => name),
  ]);
  expect(Object.fromEntries(missing)).toEqual({
    "src/engine/sync/sync.ts": ["peek"],
    "src/engine/sdk/requests.ts": ["peek", "poke"],
    "src/engine/wire/operations.ts": ["peek", "poke"],
    "src/metrics/declared-burst.ts": ["ebs-gp9"],
  });
});

describe("an operation that is a row only", () => {
  test("is planned, run, stored and reported on targets that can do all", async () => {
    const copy = copyWith({ operations: PEEK });
    const args = ["run", "peeks.yaml", "-t", "null:", "--print", "report"];
    const { code, output } = await assay(copy, ...args);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toMatch(/^\| `alone` +\| peek +\|/m);
    expect(output).toMatch(/^\| `mixed` +\| peek +\|/m);
    expect(output).toMatch(/fetch 25%, peek 75%/);
    expect(output).toMatch(/peek\.p99 < 1h` \|.*\| passed /);
  });

  test("fails by its name in an engine that has no code for it", async () => {
    const copy = copyWith({ operations: PEEK });
    const { code, output } = await assay(copy, "run", "peeks.yaml", "-t", "data");
    expect({ code, output }).toMatchObject({ code: 3 });
    expect(output).toMatch(/every operation failed; first error: peek of data\S+ .*\(ENOTSUP\)/);
  });

  test("is refused for the reason of its row", async () => {
    const copy = copyWith({ operations: POKE });
    const { code, output } = await assay(copy, "check", "pokes.yaml", "-t", "data");
    expect({ code, output }).toMatchObject({ code: 3 });
    expect(output).toContain(
      "pokes cannot run on data (directory):\n  p: poke: a path has no pokes",
    );
  });
});

describe("a kind that is a row only", () => {
  test("is named where its prices and limits are missing", async () => {
    const copy = copyWith({ kinds: GP9 });
    // Prices are read only for a bucket or for the guide.
    await assay(copy, "run", "reads.yaml", "-t", "null:", "--offline");
    const [run = ""] = readdirSync(join(copy, "results"));
    const priced = await assay(copy, "report", "--guide", join("results", run));
    expect(priced.output).toMatch(/prices\.yaml:\d+:\d+: `ebs-gp9` is missing/);
    const declared = "{ kind: ebs-gp9, path: data, provisioned: { size: 1GiB } }";
    writeFileSync(join(copy, "targets.yaml"), `targets: { volume: ${declared} }\n`);
    const limited = await assay(
      copy,
      "check",
      "reads.yaml",
      "-t",
      "volume",
      "--targets",
      "targets.yaml",
    );
    expect(limited.output).toMatch(/"kinds",\s+"ebs-gp9"/);
  });

  test("is named and evaluated by its row once its prices exist", async () => {
    const copy = copyWith({ kinds: GP9 });
    const prices = join(copy, "scenarios/prices.yaml");
    const text = readFileSync(prices, "utf8");
    const [gp3 = ""] = /^ {2}ebs-gp3:\n(?: {4}.*\n)+/m.exec(text) ?? [];
    writeFileSync(prices, text.replace(gp3, gp3 + gp3.replace("gp3", "gp9")));
    const target = ["-t", "data", "--kind", "ebs-gp9", "--print", "report"];
    const { code, output } = await assay(copy, "run", "reads.yaml", "--offline", ...target);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toContain("declared as an EBS gp9 volume at");
    expect(output).toContain("Declared as an EBS gp9 volume, but");
  });
});
