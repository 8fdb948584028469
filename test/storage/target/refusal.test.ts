// @module-tag system
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, statfsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import { openTarget } from "../../../src/storage/index.ts";
import { makeReadOnly, smallFileSystem } from "../loop.ts";
import {
  directorySpec,
  filesPlan,
  openOptions,
  prepareOptions,
  rejection,
  scratch,
} from "../support.ts";

/** Opens a target on a small file system and prepares one dataset, which must fail. */
async function refusedOn(
  path: string,
  plan: ReturnType<typeof filesPlan>,
  onProgress?: () => void,
) {
  const session = await openTarget(directorySpec(path), openOptions({ datasets: [plan] }));
  const progress = (done: number) => {
    if (done > 0) onProgress?.();
  };
  const error = await rejection(session.prepare(plan, "present", prepareOptions({ progress })));
  const left = readdirSync(join(path, "assay-run-1", "files"));
  const report = await session.clean();
  expect(report.left).toEqual([]);
  return { error, left };
}

describe("a full disk", () => {
  test("is reported before the first byte if the dataset does not fit", async ({ skip }) => {
    const path = smallFileSystem(16);
    if (path === null) return skip();
    const plan = filesPlan({ count: 2, size: { kind: "fixed", bytes: 10 * 2 ** 20 } });
    const { error, left } = await refusedOn(path, plan);
    expect(error).toBeInstanceOf(PreflightError);
    expect(error.message).toMatch(
      /dataset "files" needs 20\.2 MiB in .*, but only \d+\.\d MiB are free/,
    );
    expect(left).toEqual([]);
  });

  test("is reported before the first file if inodes are missing", async ({ skip }) => {
    const path = smallFileSystem(16, { inodes: 64 });
    if (path === null) return skip();
    const plan = filesPlan({ count: 100, size: { kind: "fixed", bytes: 10 } });
    const { error, left } = await refusedOn(path, plan);
    expect(error.message).toMatch(/needs 101 inodes in .*, but only \d+ are free/);
    expect(left).toEqual([]);
  });

  test.each([
    ["large", filesPlan({ count: 2, size: { kind: "fixed", bytes: 16 * 2 ** 20 } })],
    [
      "small",
      filesPlan({
        count: 2000,
        filesPerDirectory: 5000,
        size: { kind: "fixed", bytes: 16 * 2 ** 10 },
      }),
    ],
  ])("while writing %s files removes them and reports the missing space", async (_, plan) => {
    const path = smallFileSystem(64);
    if (path === null) return;
    let taken = false;
    const takeAllButLittle = () => {
      if (taken) return;
      taken = true;
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(join(path, "ballast"), Buffer.alloc(bavail * bsize - 2 ** 20));
    };
    const { error, left } = await refusedOn(path, plan, takeAllButLittle);
    expect(error).toBeInstanceOf(PreflightError);
    expect(error.message).toMatch(
      /became full after \d+\.\d MiB of 3[12]\.\d MiB of dataset "files"/,
    );
    expect(error.message).toMatch(/\(about \d+\.\d MiB too little\)/);
    expect(left).toEqual([]);
    expect(readdirSync(path)).toContain("ballast");
  });
});

test("rejects a disk too full for the manifest and leaves nothing", async ({ skip }) => {
  const path = smallFileSystem(16, { inodes: 64 });
  if (path === null) return skip();
  mkdirSync(join(path, "ballast"));
  // One free inode is enough for the run's directory, but not for its manifest.
  for (let i = 0; statfsSync(path).ffree > 1; i++) writeFileSync(join(path, "ballast", `${i}`), "");
  const error = await rejection(openTarget(directorySpec(path), openOptions()));
  expect(error).toBeInstanceOf(PreflightError);
  expect(error.message).toMatch(
    /manifest in .*assay-run-1: no space left on the device \(ENOSPC\); free some/,
  );
  expect(readdirSync(path).sort()).toEqual(["ballast", "lost+found"]);
});

test("rejects a read-only mount with one message", async ({ skip }) => {
  const path = smallFileSystem(16);
  if (path === null) return skip();
  makeReadOnly(path);
  const error = await rejection(openTarget(directorySpec(path), openOptions()));
  expect(error).toBeInstanceOf(PreflightError);
  expect(error.message).toMatch(
    /mounted read-only \(EROFS\); remount it .* or choose another target/,
  );
});

test("rejects a target without permission and names the user", ({ skip }) => {
  if (process.getuid?.() !== 0) {
    process.stderr.write("skipped: only root can become another user\n");
    return skip();
  }
  const path = scratch();
  chmodSync(path, 0o755);
  const index = import.meta.resolve("../../../src/storage/index.ts");
  const script = `
    const { openTarget } = await import(${JSON.stringify(index)});
    const failed = (error) => process.stdout.write(error.name + ": " + error.message);
    const spec = ${JSON.stringify(directorySpec(path))};
    await openTarget(spec, ${JSON.stringify(openOptions())}).catch(failed);
  `;
  const args = ["--input-type=module", "-e", script];
  const child = spawnSync(process.execPath, args, { uid: 65534, gid: 65534, encoding: "utf8" });
  expect(child.stderr).toBe("");
  expect(child.stdout).toMatch(
    /^PreflightError: cannot write to the target directory .* as user 65534 \(EACCES\);/,
  );
  expect(readdirSync(path)).toEqual([]);
});

test("reports a permission lost during a run, and files that cleanup cannot remove", ({ skip }) => {
  if (process.getuid?.() !== 0) {
    process.stderr.write("skipped: only root can become another user\n");
    return skip();
  }
  const path = scratch();
  chmodSync(path, 0o777);
  mkdirSync(join(path, "free"), { mode: 0o777 });
  chmodSync(join(path, "free"), 0o777);
  const index = import.meta.resolve("../../../src/storage/index.ts");
  const plan = filesPlan();
  const free = join(path, "free");
  const script = `
    import { chmodSync } from "node:fs";
    const { openTarget } = await import(${JSON.stringify(index)});
    const options = ${JSON.stringify(openOptions({ datasets: [plan] }))};
    const session = await openTarget(${JSON.stringify(directorySpec(free))}, options);
    const steer = { progress() {}, signal: new AbortController().signal };
    await session.prepare(${JSON.stringify(plan)}, "present", steer);
    chmodSync(session.location.root + "/files", 0o555);
    const report = await session.clean();
    const absent = await session.prepare(${JSON.stringify(plan)}, "absent", steer).catch(String);
    chmodSync(session.location.root + "/files", 0o755);
    const { left: again } = await session.clean();
    process.stdout.write(JSON.stringify({ left: report.left, absent, again }));
  `;
  const args = ["--input-type=module", "-e", script];
  const child = spawnSync(process.execPath, args, { uid: 65534, gid: 65534, encoding: "utf8" });
  expect(child.stderr).toBe("");
  const said = JSON.parse(child.stdout);
  expect(said.left).toHaveLength(10);
  expect(said.left[0]).toMatch(
    /000000000.bin could not be removed: no permission as user \d+ \(EACCES\)/,
  );
  expect(said.absent).toMatch(
    /^PreflightError: .*could not be removed: no permission as user \d+ \(EACCES\)/,
  );
  expect(said.again).toEqual([]);
});

test("rejects a symbolic link that points to itself", async () => {
  const path = join(scratch(), "link");
  symlinkSync(path, path);
  const error = await rejection(openTarget(directorySpec(path), openOptions()));
  expect(error).toBeInstanceOf(PreflightError);
  expect(error.message).toBe(
    `the target ${path} is a symbolic link that points to itself; use a directory`,
  );
});
