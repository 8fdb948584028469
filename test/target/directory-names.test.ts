import { existsSync, lstatSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type DatasetLocation, fileName, renamedName } from "../../src/model/dataset.ts";
import { cleanTarget, openTarget } from "../../src/target/index.ts";
import { filesPlan, openedRun, openOptions, prepareOptions, rejection } from "./support.ts";

const PLAN = filesPlan({ count: 23, filesPerDirectory: 4, tree: { width: 2, depth: 3 } });

async function prepared() {
  const opened = await openedRun([PLAN]);
  const location = await opened.session.prepare(PLAN, "present", prepareOptions());
  return { ...opened, location };
}

/** What a phase of renames leaves when it ends in the middle. */
function renameSome(root: string, location: DatasetLocation): void {
  for (const file of [0, 5, 22]) {
    renameSync(join(root, fileName(location, file)), join(root, renamedName(location, file)));
  }
}

const inodes = (root: string, location: DatasetLocation) =>
  Array.from(location.sizes, (_, file) => lstatSync(join(root, fileName(location, file))).ino);

describe("a tree of directories", () => {
  test("has no more of them than its files need, and all are gone in the end", async () => {
    const { path, root, session } = await prepared();
    const found = readdirSync(join(root, "files"), { recursive: true, withFileTypes: true });
    const directories = found.filter((entry) => entry.isDirectory());
    expect(directories).toHaveLength(2 + 3 + 6);
    expect(found.length - directories.length).toBe(23);
    expect(await session.clean()).toMatchObject({ removedFiles: 24, left: [] });
    expect(readdirSync(path)).toEqual([]);
  });

  test("stands in the manifest: a crashed run is removed by it", async () => {
    const { path, spec, session } = await prepared();
    await session.close();
    expect(await cleanTarget(spec, "run-1")).toMatchObject({ removedFiles: 24, left: [] });
    expect(readdirSync(path)).toEqual([]);
  });
});

describe("files that a rename left under their second name", () => {
  test("have their first one back before the next phase, and are the same files", async () => {
    const { root, session, location } = await prepared();
    const before = inodes(root, location);
    renameSome(root, location);
    session.changed(PLAN.name);
    await session.prepare(PLAN, "present", prepareOptions());
    expect(inodes(root, location)).toEqual(before);
    await session.clean();
  });

  test("are removed before a phase that creates, and in the end", async () => {
    const { path, root, session, location } = await prepared();
    renameSome(root, location);
    await session.prepare(PLAN, "absent", prepareOptions());
    expect(existsSync(join(root, renamedName(location, 5)))).toBe(false);
    await session.prepare(PLAN, "present", prepareOptions());
    renameSome(root, location);
    expect(await session.clean()).toMatchObject({ removedFiles: 24, left: [] });
    expect(readdirSync(path)).toEqual([]);
  });

  test("are used by a run that takes kept data over", async () => {
    const { spec, root, session, location } = await prepared();
    const before = inodes(root, location);
    renameSome(root, location);
    await session.keep();
    await session.close();
    const options = openOptions({ runId: "run-2", datasets: [PLAN], reuse: true });
    const second = await openTarget(spec, options);
    await second.prepare(PLAN, "present", prepareOptions());
    expect(inodes(root, location)).toEqual(before);
    await second.close();
    expect(await cleanTarget(spec, "run-1")).toMatchObject({ removedFiles: 24, left: [] });
  });

  test("are not taken for ours where a link stands in their place", async () => {
    const { root, session, location } = await prepared();
    rmSync(join(root, fileName(location, 5)));
    symlinkSync("/nowhere", join(root, renamedName(location, 5)));
    session.changed(PLAN.name);
    const error = await rejection(session.prepare(PLAN, "present", prepareOptions()));
    expect(error.message).toMatch(/changed under our feet: .*000000005\.bin .* no regular file/);
  });
});
