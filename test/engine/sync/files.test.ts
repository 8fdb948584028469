import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { open } from "../../../src/engine/sync/sync.ts";
import { directoryName, fileName, renamedName } from "../../../src/model/plan/dataset.ts";
import type { Operation } from "../../../src/model/plan/operation.ts";
import { loadLibc } from "../../../src/posix/libc.ts";
import { directorySpec, filesPlan, scratch } from "../../storage/support.ts";
import { benchOf, prepare, taskOf, type Wanted } from "../support.ts";

const PLAN = filesPlan({
  count: 40,
  size: { kind: "fixed", bytes: 5000 },
  filesPerDirectory: 5,
  tree: { width: 3, depth: 2 },
});

const wanted = (operation: Operation, ...files: readonly number[]): Wanted[] =>
  files.map((file) => ({ operation, file, length: 5000 }));

async function openOn(operations: readonly Operation[], node: boolean, plan = PLAN) {
  const data = await prepare(directorySpec(scratch()), plan, "present");
  onTestFinished(() => data.target.close());
  const task = taskOf(data, operations);
  const session = await open(task, node ? null : loadLibc());
  onTestFinished(async () => session.close());
  const { location, dataset } = data;
  const root = location.kind === "directory" ? location.root : "";
  const codes = (results: readonly number[]) =>
    results.map((result) => (result < 0 ? session.explain(result).code : "ok"));
  return { ...benchOf(session, task), ...data, root, codes, dataset };
}

describe.each([
  { way: "through the C library", node: false },
  { way: "through Node alone", node: true },
])("$way", ({ node }) => {
  test("renames a file in its directory and back", async () => {
    const bench = await openOn(["rename", "stat", "fetch"], node);
    const { root, dataset } = bench;
    expect(await bench.perform(wanted("rename", 0, 17, 39))).toEqual([0, 0, 0]);
    for (const file of [0, 17, 39]) {
      expect(existsSync(join(root, renamedName(dataset, file)))).toBe(true);
      expect(existsSync(join(root, fileName(dataset, file)))).toBe(false);
    }
    expect(await bench.perform(wanted("stat", 0, 1, 17))).toEqual([0, 0, 0]);
    expect(await bench.perform(wanted("fetch", 39, 1))).toEqual([5000, 5000]);
    expect(await bench.perform(wanted("rename", 17, 39))).toEqual([0, 0]);
    const there = (file: number) => existsSync(join(root, fileName(dataset, file)));
    expect([0, 17, 39].map(there)).toEqual([false, true, true]);
  });

  test("reports ENOENT for renaming a missing file, and searches it again", async () => {
    const bench = await openOn(["rename"], node);
    const path = join(bench.root, fileName(bench.dataset, 3));
    rmSync(path);
    expect(bench.codes(await bench.perform(wanted("rename", 3, 4)))).toEqual(["ENOENT", "ok"]);
    writeFileSync(path, "");
    expect(await bench.perform(wanted("rename", 3))).toEqual([0]);
  });

  test("counts every name in a directory, also foreign ones", async () => {
    const bench = await openOn(["list"], node);
    expect(await bench.perform(wanted("list", 0, 6, 39))).toEqual([0, 0, 0]);
    expect(bench.session.counters()).toEqual({ listedEntries: 15 });
    const directory = join(bench.root, directoryName(bench.dataset, 6));
    for (let i = 0; i < 3000; i++)
      writeFileSync(join(directory, `.${i}${"n".repeat(i % 200)}`), "");
    mkdirSync(join(directory, "inner"));
    const there = readdirSync(directory).length;
    expect(there).toBe(3006);
    expect(await bench.perform(wanted("list", 6))).toEqual([0]);
    expect(bench.session.counters()).toEqual({ listedEntries: 15 + there });
  });

  test("reports ENOENT or ENOTDIR for a missing or replaced directory", async () => {
    const bench = await openOn(["list"], node);
    const directory = (file: number) => join(bench.root, directoryName(bench.dataset, file));
    rmSync(directory(0), { recursive: true });
    rmSync(directory(5), { recursive: true });
    writeFileSync(directory(5), "");
    const results = await bench.perform(wanted("list", 0, 5, 10));
    expect(bench.codes(results)).toEqual(["ENOENT", "ENOTDIR", "ok"]);
    expect(bench.session.counters()).toEqual({ listedEntries: 5 });
  });
});

test("both implementations create the same tree", async () => {
  const trees: (readonly string[])[] = [];
  for (const node of [true, false]) {
    const data = await prepare(directorySpec(scratch()), PLAN, "absent");
    onTestFinished(() => data.target.close());
    const task = taskOf(data, ["create"]);
    const session = await open(task, node ? null : loadLibc());
    const files = Array.from({ length: 40 }, (_, file) => file);
    const results = await benchOf(session, task).perform(wanted("create", ...files));
    session.close();
    expect(results).toEqual(files.map(() => 5000));
    const root = data.location.kind === "directory" ? data.location.root : "";
    trees.push(readdirSync(join(root, "files"), { recursive: true }).map(String).sort());
  }
  expect(trees[0]).toEqual(trees[1]);
  expect(trees[0]).toHaveLength(40 + 8 + 3);
});
