import {
  copyFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type DatasetLocation, fileName, renamedName } from "../../../../src/model/plan/dataset.ts";
import { cleanTarget, openTarget } from "../../../../src/storage/index.ts";
import { filesPlan, openedRun, openOptions, prepareOptions, rejection } from "../../support.ts";

const PLAN = filesPlan({ count: 23, filesPerDirectory: 4, tree: { width: 2, depth: 3 } });

async function prepared() {
  const opened = await openedRun([PLAN]);
  const location = await opened.session.prepare(PLAN, "present", prepareOptions());
  return { ...opened, location };
}

/** Leaves the files as an interrupted phase of renames does. */
function renameSome(root: string, location: DatasetLocation): void {
  for (const file of [0, 5, 22]) {
    renameSync(join(root, fileName(location, file)), join(root, renamedName(location, file)));
  }
}

const inodes = (root: string, location: DatasetLocation) =>
  Array.from(location.sizes, (_, file) => lstatSync(join(root, fileName(location, file))).ino);

describe("a tree of directories", () => {
  test("has only the directories that its files need, and all are removed", async () => {
    const { path, root, session } = await prepared();
    const found = readdirSync(join(root, "files"), { recursive: true, withFileTypes: true });
    const directories = found.filter((entry) => entry.isDirectory());
    expect(directories).toHaveLength(2 + 3 + 6);
    expect(found.length - directories.length).toBe(23);
    expect(await session.clean()).toMatchObject({ removedFiles: 24, left: [] });
    expect(readdirSync(path)).toEqual([]);
  });

  test("is in the manifest, by which a crashed run is removed", async () => {
    const { path, spec, session } = await prepared();
    await session.close();
    expect(await cleanTarget(spec, "run-1")).toMatchObject({ removedFiles: 24, left: [] });
    expect(readdirSync(path)).toEqual([]);
  });
});

describe("files with their second name after a rename", () => {
  test("get their first name back before the next phase", async () => {
    const { root, session, location } = await prepared();
    const before = inodes(root, location);
    renameSome(root, location);
    session.changed(PLAN.name);
    await session.prepare(PLAN, "present", prepareOptions());
    expect(inodes(root, location)).toEqual(before);
    await session.clean();
  });

  test("are removed before a phase that creates, and at the end", async () => {
    const { path, root, session, location } = await prepared();
    renameSome(root, location);
    await session.prepare(PLAN, "absent", prepareOptions());
    expect(existsSync(join(root, renamedName(location, 5)))).toBe(false);
    await session.prepare(PLAN, "present", prepareOptions());
    renameSome(root, location);
    expect(await session.clean()).toMatchObject({ removedFiles: 24, left: [] });
    expect(readdirSync(path)).toEqual([]);
  });

  test("are used by a run that reuses kept data", async () => {
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

  test("are not used if a link replaces them", async () => {
    const { root, session, location } = await prepared();
    rmSync(join(root, fileName(location, 5)));
    symlinkSync("/nowhere", join(root, renamedName(location, 5)));
    session.changed(PLAN.name);
    const error = await rejection(session.prepare(PLAN, "present", prepareOptions()));
    expect(error.message).toMatch(
      /was changed by another program: .*000000005\.bin .* not a regular file/,
    );
  });
});

describe("a file of another program with the second name of a file", () => {
  test("remains if its size differs from the run's own", async () => {
    const { path, root, session, location } = await prepared();
    const foreign = join(root, renamedName(location, 5));
    writeFileSync(foreign, "precious");
    const report = await session.clean();
    expect(report).toMatchObject({ removedFiles: 22 + 1 });
    expect(report.left[0]).toMatch(
      /000000005-renamed\.bin exists in addition to 000000005\.bin, so this/,
    );
    expect(readFileSync(foreign, "utf8")).toBe("precious");
    expect(existsSync(join(path, fileName(location, 5)))).toBe(false);
  });

  test("remains if it has the first name and the run's own the second", async () => {
    const { root, session, location } = await prepared();
    renameSome(root, location);
    const foreign = join(root, fileName(location, 5));
    writeFileSync(foreign, "precious");
    const report = await session.clean();
    expect(report.left[0]).toMatch(
      /000000005\.bin exists in addition to 000000005-renamed\.bin, so this/,
    );
    expect(readFileSync(foreign, "utf8")).toBe("precious");
    expect(existsSync(join(root, renamedName(location, 5)))).toBe(false);
  });

  test("remains with the run's own if both have the same size", async () => {
    const { path, spec, root, session, location } = await prepared();
    const [own, foreign] = [fileName(location, 5), renamedName(location, 5)];
    copyFileSync(join(root, own), join(root, foreign));
    const report = await session.clean();
    await session.close();
    expect(report.incomplete).toBe(true);
    expect(report.left[0]).toMatch(
      /unknown which file belongs to the run, so neither was removed; move/,
    );
    expect([own, foreign].map((name) => existsSync(join(root, name)))).toEqual([true, true]);
    renameSync(join(root, foreign), join(path, "mine"));
    expect(await cleanTarget(spec, "run-1")).toMatchObject({ left: [] });
    expect(readdirSync(path)).toEqual(["mine"]);
  });

  test("is not used in place of a missing file", async () => {
    const { root, session, location } = await prepared();
    renameSome(root, location);
    const first = join(root, fileName(location, 5));
    session.changed(PLAN.name);
    writeFileSync(first, Buffer.alloc(5000));
    await session.prepare(PLAN, "present", prepareOptions());
    expect(existsSync(join(root, renamedName(location, 5)))).toBe(true);
    expect(readFileSync(first)).toEqual(Buffer.alloc(5000));
  });
});
