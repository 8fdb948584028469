// @module-tag system
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, existsSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadLibc } from "../../src/posix/libc.ts";
import { residencyWays, residentBytes } from "../../src/posix/residency.ts";
import { undisturbed } from "../storage/directory/page-cache.ts";
import { scratch } from "../storage/support.ts";

const BYTES = 4 * 2 ** 20 + 1000;
/** Says which pages of a file are in memory; part of util-linux. */
const FINCORE = "fincore";
const canLook = spawnSync(FINCORE, ["--version"]).status === 0;
if (!canLook) process.stderr.write("skipped: fincore (util-linux) is not here as a witness\n");

function witness(path: string): number {
  const output = execFileSync(FINCORE, ["-b", "-n", "-o", "RES", path], { encoding: "utf8" });
  return Math.min(BYTES, Number(output.trim()));
}

/**
 * A file whose last page is a part of one: durable, so that all its pages are clean, and read, as
 * `mincore` leaves out a page of which only some blocks were written. These are smaller than the
 * page where pages are of 16 or 64 KiB.
 */
function madeIn(folder: string): { readonly path: string; readonly fd: number } {
  const path = join(folder, "file");
  const fd = openSync(path, "w+");
  writeSync(fd, Buffer.alloc(BYTES, 1));
  fsyncSync(fd);
  loadLibc()?.fadviseDontNeed(fd);
  readSync(fd, Buffer.alloc(BYTES), 0, BYTES, 0);
  return { path, fd };
}

test.skipIf(!canLook)("cachestat, mincore and fincore agree: on all, none and a part", () =>
  undisturbed(() => {
    const { path, fd } = madeIn(scratch());
    const all = residencyWays().map((way) => way(fd, BYTES));
    expect(all).toHaveLength(2);
    const hasCachestat = all[0] !== -constants.errno.ENOSYS;
    if (!hasCachestat) process.stderr.write("skipped: cachestat, which this kernel lacks\n");
    const said = () => {
      const [counted, mapped] = residencyWays().map((way) => way(fd, BYTES));
      return [hasCachestat ? counted : mapped, mapped, witness(path)];
    };
    expect(said()).toEqual([BYTES, BYTES, BYTES]);
    expect(loadLibc()?.fadviseDontNeed(fd)).toBe(0);
    expect(said()).toEqual([0, 0, 0]);
    readSync(fd, Buffer.alloc(4096), 0, 4096, 1_048_576);
    const [counted = -1, ...others] = said();
    expect(counted).toBeGreaterThanOrEqual(4096);
    expect(counted).toBeLessThan(BYTES);
    expect(others).toEqual([counted, counted]);
    expect(residentBytes(fd, BYTES)).toBe(counted);
    closeSync(fd);
  }),
);

test("memory file systems hold all of their files", ({ skip }) => {
  if (!existsSync("/dev/shm")) {
    process.stderr.write("skipped: no tmpfs at /dev/shm\n");
    return skip();
  }
  const { fd } = madeIn(scratch("/dev/shm"));
  loadLibc()?.fadviseDontNeed(fd);
  expect(residentBytes(fd, BYTES)).toBe(BYTES);
  closeSync(fd);
});

test("an empty file holds nothing, a closed one is an error", () => {
  const { fd } = madeIn(scratch());
  expect(residentBytes(fd, 0)).toBe(0);
  closeSync(fd);
  for (const way of residencyWays()) expect(way(9999, BYTES)).toBeLessThan(0);
  expect(residentBytes(9999, BYTES)).toBeNull();
});
