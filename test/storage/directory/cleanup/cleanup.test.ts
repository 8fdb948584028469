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
  test("removes everything, and says how much", async () => {
    const { path, session } = await prepared();
    writeFileSync(join(path, "stranger"), "precious");
    const report = await session.clean();
    await session.close();
    // The manifest is a file of the run as well.
    expect(report).toMatchObject({ removedFiles: 26, left: [] });
    expect(report.removedBytes).toBeGreaterThan(25 * 5000);
    expect(readdirSync(path)).toEqual(["stranger"]);
  });

  test("leaves a stranger's file and its folders, and says so in one sentence", async () => {
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

  test("does not follow a folder that was replaced by a symbolic link", async () => {
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

  test("works twice, and on data that is half gone", async () => {
    const { path, session } = await prepared();
    await session.prepare(plan, "absent", prepareOptions());
    expect((await session.clean()).left).toEqual([]);
    const again = await session.clean();
    expect(again).toEqual({ removedFiles: 0, removedBytes: 0, left: [], incomplete: false });
    expect(readdirSync(path)).toEqual([]);
  });
});

describe("cleaning after a run that is over", () => {
  test("removes what its manifest lists", async () => {
    const { path, spec, session } = await prepared();
    await session.close();
    const found = await findLeftovers(spec);
    expect(found).toMatchObject([{ runId: "run-1", live: false, kept: false, problem: null }]);
    expect(await cleanTarget(spec, "run-1")).toMatchObject({ removedFiles: 26, left: [] });
    expect(readdirSync(path)).toEqual([]);
  });

  test("is refused while the run goes on", async () => {
    const { spec, session, root } = await prepared();
    const error = await rejection(cleanTarget(spec, "run-1"));
    expect(error).toBeInstanceOf(PreflightError);
    expect(error.message).toMatch(/run run-1 is active in .* \(process \d+ on /);
    expect(existsSync(join(root, "files"))).toBe(true);
    await session.clean();
  });

  test("is refused when the manifest names something outside", async () => {
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

  test("finds nothing of a run that left nothing, and refuses what is no run id", async () => {
    const spec = directorySpec(scratch());
    expect(await cleanTarget(spec, "other")).toEqual({
      removedFiles: 0,
      removedBytes: 0,
      left: [],
      absent: true,
    });
    await expect(cleanTarget(spec, "../etc")).rejects.toThrow(/is not a run id/);
  });

  test("a folder without a manifest is left unless it is empty", async () => {
    const path = scratch();
    const spec = directorySpec(path);
    mkdirSync(join(path, "assay-empty"));
    mkdirSync(join(path, "assay-full"));
    writeFileSync(join(path, "assay-full", "file"), "precious");
    expect((await cleanTarget(spec, "empty")).left).toEqual([]);
    expect((await cleanTarget(spec, "full")).left[0]).toMatch(/did not create \(file\)/);
    expect(readdirSync(path)).toEqual(["assay-full"]);
  });
});
