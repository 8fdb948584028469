import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PreflightError } from "../../../../src/model/fault/errors.ts";
import { cleanTarget, findLeftovers } from "../../../../src/storage/index.ts";
import {
  directorySpec,
  filesPlan,
  openedRun,
  prepareOptions,
  rejection,
  scratch,
} from "../../support.ts";

const plan = filesPlan({ count: 25, filesPerDirectory: 10 });

async function prepared() {
  const run = await openedRun([plan]);
  await run.session.prepare(plan, "present", prepareOptions());
  return run;
}

describe("cleaning up", () => {
  test("removes everything and reports the amount", async () => {
    const { path, session } = await prepared();
    writeFileSync(join(path, "stranger"), "precious");
    const report = await session.clean();
    await session.close();
    // The manifest counts as a file of the run.
    expect(report).toMatchObject({ removedFiles: 26, left: [] });
    expect(report.removedBytes).toBeGreaterThan(25 * 5000);
    expect(readdirSync(path)).toEqual(["stranger"]);
  });

  test("keeps a foreign file and its directories, and reports it once", async () => {
    const { session, root } = await prepared();
    const stranger = join(root, "files", "000001", "notes.txt");
    writeFileSync(stranger, "precious");
    const report = await session.clean();
    expect(report.incomplete).toBe(false);
    expect(report.left).toHaveLength(1);
    expect(report.left[0]).toContain("000001 holds data that this run did not create (notes.txt)");
    expect(readFileSync(stranger, "utf8")).toBe("precious");
    expect(readdirSync(root, { recursive: true }).sort()).toEqual([
      "files",
      "files/000001",
      "files/000001/notes.txt",
    ]);
  });

  test("does not follow a symbolic link in place of a directory", async () => {
    const { path, session, root } = await prepared();
    await session.prepare(plan, "absent", prepareOptions());
    const outside = join(path, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "000000000.bin"), "precious");
    await session.clean();
    mkdirSync(root);
    writeFileSync(join(root, "manifest.json"), "");
    symlinkSync(outside, join(root, "files"));
    await session.clean();
    expect(readFileSync(join(outside, "000000000.bin"), "utf8")).toBe("precious");
  });

  test("works twice, and on partly removed data", async () => {
    const { path, session } = await prepared();
    await session.prepare(plan, "absent", prepareOptions());
    expect((await session.clean()).left).toEqual([]);
    const again = await session.clean();
    expect(again).toEqual({ removedFiles: 0, removedBytes: 0, left: [], incomplete: false });
    expect(readdirSync(path)).toEqual([]);
  });
});

describe("cleaning up after an ended run", () => {
  test("removes the data listed in its manifest", async () => {
    const { path, spec, session } = await prepared();
    await session.close();
    const found = await findLeftovers(spec);
    expect(found).toMatchObject([{ runId: "run-1", live: false, kept: false, problem: null }]);
    expect(await cleanTarget(spec, "run-1")).toMatchObject({ removedFiles: 26, left: [] });
    expect(readdirSync(path)).toEqual([]);
  });

  test("is rejected while the run is active", async () => {
    const { spec, session, root } = await prepared();
    const error = await rejection(cleanTarget(spec, "run-1"));
    expect(error).toBeInstanceOf(PreflightError);
    expect(error.message).toMatch(/run run-1 is active in .* \(process \d+ on /);
    expect(existsSync(join(root, "files"))).toBe(true);
    await session.clean();
  });

  test("is rejected if the manifest names a path outside", async () => {
    const { path, spec, session, root } = await prepared();
    await session.close();
    const manifest = join(root, "manifest.json");
    const text = readFileSync(manifest, "utf8");
    writeFileSync(manifest, text.replace('"folder": "files"', '"folder": "../precious"'));
    mkdirSync(join(path, "precious"));
    writeFileSync(join(path, "precious", "000000000.bin"), "");
    const error = await rejection(cleanTarget(spec, "run-1"));
    expect(error.message).toMatch(/nothing was removed/);
    expect(existsSync(join(path, "precious", "000000000.bin"))).toBe(true);
    expect((await findLeftovers(spec))[0]?.problem).toMatch(/datasets\[0\]\.folder/);
  });

  test("reports a run without data as absent, and rejects an invalid run id", async () => {
    const spec = directorySpec(scratch());
    expect(await cleanTarget(spec, "other")).toEqual({
      removedFiles: 0,
      removedBytes: 0,
      left: [],
      absent: true,
    });
    await expect(cleanTarget(spec, "../etc")).rejects.toThrow(/is not a run id/);
  });

  test("keeps a directory without a manifest unless it is empty", async () => {
    const path = scratch();
    const spec = directorySpec(path);
    mkdirSync(join(path, "assay-empty"));
    mkdirSync(join(path, "assay-full"));
    writeFileSync(join(path, "assay-full", "file"), "precious");
    expect((await cleanTarget(spec, "empty")).left).toEqual([]);
    expect((await cleanTarget(spec, "full")).left[0]).toMatch(/no manifest lists \(file\)/);
    expect(readdirSync(path)).toEqual(["assay-full"]);
  });
});
