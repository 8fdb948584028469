// @module-tag system
import fs, { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { fileName, renamedName } from "../../../src/model/plan/dataset.ts";
import { FilePool } from "../../../src/posix/file-pool.ts";
import { FileRing } from "../../../src/posix/file-ring.ts";
import { Folder } from "../../../src/posix/folder.ts";
import { loadLibc } from "../../../src/posix/libc.ts";
import { makeContent } from "../../../src/storage/content/content.ts";
import { layOut } from "../../../src/storage/content/layout.ts";
import { applyCachePolicy, residentShare } from "../../../src/storage/directory/cache.ts";
import { removeFiles } from "../../../src/storage/directory/cleanup/remove.ts";
import type { SlowStorage } from "../../../src/storage/directory/files/each-file.ts";
import { inspect, makeDirectories } from "../../../src/storage/directory/files/files.ts";
import { whyForeign } from "../../../src/storage/directory/files/own.ts";
import { writeFiles } from "../../../src/storage/directory/writing/writing.ts";
import { newCleaning } from "../../../src/storage/ownership/cleaning.ts";
import { mountMemory, smallFileSystem } from "../loop.ts";
import { filesPlan, prepareOptions, rejection, scratch } from "../support.ts";
import { slowMount } from "./slow-mount.ts";

const PLAN = filesPlan({
  ...{ count: 240, filesPerDirectory: 20 },
  size: { kind: "uniform", minBytes: 1, maxBytes: 100_000 },
});
const LOCATION = layOut(PLAN, "files");
const CONTENT = makeContent(PLAN, LOCATION);
const ALL = [...LOCATION.sizes.keys()];
const ONE_BY_ONE: SlowStorage = { fileMs: Number.POSITIVE_INFINITY };

const ring = FileRing.open(1);
if (typeof ring === "string") process.stderr.write(`skipped for io_uring: ${ring}\n`);
else ring.close();

const MECHANISMS: readonly (readonly [string, SlowStorage])[] = [
  ...(typeof ring === "string" ? [] : [["io_uring", { fileMs: 0 }] as const]),
  ["Node's threads", { fileMs: 0, performer: () => new FilePool() }],
];

function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

function filesIn(root: string): readonly string[] {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".bin"));
}

/** A run's directory with the directories of the dataset, and its files if `slow` is given. */
async function made(root: string, slow?: SlowStorage) {
  const folder = Folder.open(root);
  onTestFinished(() => folder.close());
  await makeDirectories(folder, LOCATION);
  if (slow !== undefined) await write(folder, slow);
  return { root, folder, path: (file: number) => join(root, fileName(LOCATION, file)) };
}

async function write(folder: Folder, slow: SlowStorage, options = prepareOptions()) {
  await writeFiles(folder, LOCATION, CONTENT, ALL, options, slow);
}

/** Puts other things in the places of files, and takes some away. */
function disturb(root: string, path: (file: number) => string): void {
  const outside = join(root, "outside");
  fs.writeFileSync(outside, "precious");
  for (const file of [9, 50, 51, 237]) fs.rmSync(path(file));
  fs.symlinkSync(outside, path(50));
  fs.mkdirSync(path(51));
  fs.truncateSync(path(100), 0);
  fs.appendFileSync(path(150), "more");
  // Its second name exists as well, with another size.
  fs.writeFileSync(join(root, renamedName(LOCATION, 200)), "x");
  fs.rmSync(join(path(180), ".."), { recursive: true });
  fs.rmSync(join(path(60), ".."), { recursive: true });
  fs.mkdirSync(join(root, "elsewhere"));
  fs.symlinkSync(join(root, "elsewhere"), join(path(60), ".."));
}

async function removed(root: string, slow: SlowStorage) {
  const { folder, path } = await made(root, ONE_BY_ONE);
  disturb(root, path);
  const cleaning = newCleaning();
  const removal = { ...prepareOptions(), cleaning, whyForeign: whyForeign(folder), slow };
  const counts = await removeFiles(folder, LOCATION, removal);
  const rest = readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  return JSON.parse(
    JSON.stringify({ ...counts, cleaning, rest }).replaceAll(root, "ROOT"),
  ) as unknown;
}

describe.each(MECHANISMS)("many files in flight through %s", (_, slow) => {
  it("writes what one by one writes, and leaves no file open", async () => {
    const { folder, path } = await made(scratch());
    const before = descriptors();
    await write(folder, slow);
    expect(descriptors()).toBe(before);
    for (const file of ALL) {
      const expected = Buffer.alloc(LOCATION.sizes[file] ?? 0);
      CONTENT.fill(expected, file, 0);
      expect(readFileSync(path(file)).equals(expected)).toBe(true);
    }
  });

  it("finds the same missing, changed and foreign files", async () => {
    const { root, folder, path } = await made(scratch(), ONE_BY_ONE);
    disturb(root, path);
    fs.rmSync(join(path(60), ".."));
    const foreign = whyForeign(folder);
    const look = (way: SlowStorage) =>
      inspect(folder, LOCATION, null, (found) => foreign(found, found.size) === null, ALL, way);
    const found = await look(slow);
    expect(found).toEqual(await look(ONE_BY_ONE));
    expect(found).toMatchObject({ resized: [100, 150], foreign: [50, 51] });
  });

  it("removes the same files, and reports the same that remain", async () => {
    const before = descriptors();
    const found = await removed(scratch(), slow);
    expect(found).toEqual(await removed(scratch(), ONE_BY_ONE));
    expect(found).toMatchObject({ looked: 240, cleaning: { removedFiles: 195 } });
    expect(descriptors()).toBe(before + 2);
  });

  it("warms what is not cached, and sees it", async ({ skip }) => {
    const mounted = smallFileSystem(64);
    if (mounted === null) return skip();
    const { folder } = await made(mounted, slow);
    const libc = loadLibc();
    const controls = { libc, dropAll: () => {}, dropNames: () => {}, slow };
    const share = () => residentShare(folder, LOCATION, "warm", null, controls);
    await applyCachePolicy(folder, LOCATION, "dropped", null, controls);
    expect(await share()).toBe(0);
    await applyCachePolicy(folder, LOCATION, "warm", null, controls);
    expect(await share()).toBe(1);
  });
});

describe.each(MECHANISMS)("many files in flight through %s that end early", (_, slow) => {
  it("removes what was written when the file system is full", async ({ skip }) => {
    const mounted = mountMemory("tmpfs", "size=6m");
    if (mounted === null) return skip();
    const { folder } = await made(mounted);
    const error = await rejection(write(folder, slow));
    expect(error.message).toMatch(/became full after \d\.\d MiB of .* the written files were remo/);
    expect(filesIn(mounted)).toEqual([]);
  });

  it("stops when aborted, and leaves no file open", async () => {
    const { folder, root } = await made(scratch());
    const before = descriptors();
    const controller = new AbortController();
    const reason = new Error("stopped");
    const performer = slow.performer ?? (() => FileRing.open(64) as FileRing);
    const stopping = {
      fileMs: 0,
      performer: () => {
        controller.abort(reason);
        return performer();
      },
    };
    const written = write(folder, stopping, prepareOptions({ signal: controller.signal }));
    await expect(written).rejects.toBe(reason);
    expect(descriptors()).toBe(before);
    expect(filesIn(root)).toHaveLength(8);
  });
});

it.skipIf(typeof ring === "string")(
  "slow storage has many calls of each step in flight",
  async (t) => {
    const mount = await slowMount({ attributesMs: 0 });
    if (mount === null) return t.skip();
    const { folder } = await made(mount.path);
    mount.setDelay(5);
    const peaks: Record<string, number> = {};
    const step = async (name: string, run: () => Promise<unknown>) => {
      await mount.peak();
      await run();
      peaks[name] = await mount.peak();
    };
    await step("write", () => writeFiles(folder, LOCATION, CONTENT, ALL, prepareOptions()));
    await step("inspect", () => inspect(folder, LOCATION, null));
    await step("warm", () => applyCachePolicy(folder, LOCATION, "warm"));
    await step("drop", () => applyCachePolicy(folder, LOCATION, "dropped"));
    await step("residency", () => residentShare(folder, LOCATION, "warm"));
    const cleaning = newCleaning();
    const removal = { ...prepareOptions(), cleaning, whyForeign: whyForeign(folder) };
    await step("remove", () => removeFiles(folder, LOCATION, removal));
    expect(cleaning).toMatchObject({ removedFiles: 240, left: [] });
    for (const [name, peak] of Object.entries(peaks)) expect(peak, name).toBeGreaterThan(16);
  },
);
