// @module-tag system
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { open as openSync } from "../../../src/engine/sync/sync.ts";
import { open as openPool } from "../../../src/engine/threadpool/threadpool.ts";
import { uringRefusal } from "../../../src/engine/uring/refusal.ts";
import { open as openUring } from "../../../src/engine/uring/uring.ts";
import { type DatasetLocation, fileName, renamedName } from "../../../src/model/plan/dataset.ts";
import { loadLibc } from "../../../src/posix/libc.ts";
import { openTarget } from "../../../src/storage/index.ts";
import { snapshot } from "../../storage/attacks.ts";
import { slowMount } from "../../storage/directory/slow-mount.ts";
import {
  directorySpec,
  filesPlan,
  openOptions,
  prepareOptions,
  scratch,
} from "../../storage/support.ts";
import { benchOf, taskOf } from "../support.ts";

const PLAN = filesPlan({ count: 12, filesPerDirectory: 3, size: { kind: "fixed", bytes: 4096 } });
const { EEXIST, ENOSYS } = constants.errno;

/** Entries that another program may create under the new name of a file. */
const TAKEN: Readonly<Record<string, (path: string, own: string) => void>> = {
  "a file": (path) => writeFileSync(path, "precious"),
  "an empty file": (path) => writeFileSync(path, ""),
  "a link to nothing": (path) => symlinkSync("/nowhere", path),
  "a link to a file": (path) => symlinkSync("/etc/hostname", path),
  "another name of the file": (path, own) => linkSync(own, path),
  "an empty directory": (path) => mkdirSync(path),
  "a named pipe": (path) => void execFileSync("mkfifo", [path]),
};

const WAYS: readonly Way[] = [
  { way: "by the kernel", node: false, many: false, known: true },
  {
    way: "by the kernel, more directories than are held open",
    node: false,
    many: true,
    known: true,
  },
  { way: "by Node", node: true, many: false, known: true },
  { way: "by a ring", ring: true, known: true },
  { way: "by a ring, more directories than are held open", ring: true, many: true, known: true },
  { way: "by a ring, where the file system does not know the flag", ring: true, known: false },
  { way: "by the thread pool", pool: true, known: true },
  { way: "by the thread pool, more directories than are held open", pool: true, many: true },
  { way: "by the kernel, where the file system does not know the flag", node: false, known: false },
  { way: "by Node, where the file system does not know the flag", node: true, known: false },
];

const refusal = uringRefusal();
if (refusal !== null) process.stderr.write(`skipped: uring (${refusal})\n`);

/** The target, and where its files can be reached past it; null where no FUSE mount can be made. */
async function targetFolder(known: boolean) {
  if (known) {
    const path = scratch();
    return { path, behind: path };
  }
  const mount = await slowMount({ attributesMs: 0 });
  mount?.fail("rename2", ENOSYS);
  return mount === null ? null : { path: mount.path, behind: mount.backing };
}

type Where = NonNullable<Awaited<ReturnType<typeof targetFolder>>>;

interface Way {
  readonly way?: string;
  readonly node?: boolean;
  readonly many?: boolean;
  readonly ring?: boolean;
  readonly pool?: boolean;
  /** Whether the file system knows the flag. */
  readonly known?: boolean;
}

async function opened({ path, behind }: Where, { node = false, many = false, ring, pool }: Way) {
  const target = await openTarget(directorySpec(path), openOptions({ datasets: [PLAN] }));
  onTestFinished(() => target.close().catch(() => {}));
  const dataset = await target.prepare(PLAN, "present", prepareOptions({ renames: true }));
  if (many) dataset.held?.directories.fill(-1);
  const task = taskOf({ location: target.location, dataset }, ["rename"]);
  const session =
    pool === true
      ? await openPool(task)
      : ring === true
        ? await openUring(task)
        : await openSync(task, node ? null : loadLibc());
  onTestFinished(async () => session.close());
  const { perform } = benchOf(session, task);
  const rename = (file: number) => perform([{ operation: "rename", file, length: 4096 }]);
  const root = join(behind, "assay-run-1");
  const paths = (location: DatasetLocation, file: number) => ({
    first: join(root, fileName(location, file)),
    second: join(root, renamedName(location, file)),
  });
  return { target, session, rename, dataset, root, paths };
}

describe.each(WAYS)("a rename $way", (way) => {
  const { ring, known = true } = way;
  const possible = test.skipIf(ring === true && refusal !== null);

  possible.each(Object.keys(TAKEN))("replaces no file: %s", async (what) => {
    const where = await targetFolder(known);
    if (where === null) return;
    const { session, rename, dataset, root, paths } = await opened(where, way);
    // The flag is refused at the first rename; those after it have to be as careful.
    expect(await rename(0)).toEqual([0]);
    const to = paths(dataset, 4);
    TAKEN[what]?.(to.second, to.first);
    const before = snapshot(root);
    const [result = 0] = await rename(4);
    expect(result).toBe(-EEXIST);
    expect(session.explain(result).message).toContain("already exists (EEXIST)");
    expect(snapshot(root)).toEqual(before);
    // And back: the first name is taken while the file has its second one.
    expect(await rename(7)).toEqual([0]);
    const back = paths(dataset, 7);
    TAKEN[what]?.(back.first, back.second);
    const later = snapshot(root);
    expect(await rename(7)).toEqual([-EEXIST]);
    expect(snapshot(root)).toEqual(later);
    // Free names are still renamed.
    expect(await rename(0)).toEqual([0]);
    expect(await rename(8)).toEqual([0]);
  });

  possible.each(Object.keys(TAKEN))("immediately, at the first one: %s", async (what) => {
    const where = await targetFolder(known);
    if (where === null) return;
    const { rename, dataset, root, paths } = await opened(where, way);
    const to = paths(dataset, 4);
    TAKEN[what]?.(to.second, to.first);
    const before = snapshot(root);
    expect(await rename(4)).toEqual([-EEXIST]);
    expect(snapshot(root)).toEqual(before);
  });
});

test("rejects a phase of renames if a second name exists", async () => {
  const path = scratch();
  const { target, dataset, root, paths } = await opened({ path, behind: path }, {});
  for (const file of [4, 11]) writeFileSync(paths(dataset, file).second, "precious");
  const before = snapshot(root);
  const again = target.prepare(PLAN, "present", prepareOptions({ renames: true }));
  await expect(again).rejects.toThrow(/000000004-renamed\.bin exists, and 1 more like it, but/);
  expect(snapshot(root)).toEqual(before);
  // Other kinds of phases do not use second names.
  await target.prepare(PLAN, "present", prepareOptions());
  renameSync(paths(dataset, 4).second, join(scratch(), "mine"));
});
