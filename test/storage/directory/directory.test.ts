import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import { fileName } from "../../../src/model/plan/dataset.ts";
import { makeContent } from "../../../src/storage/content/content.ts";
import { layOut } from "../../../src/storage/content/layout.ts";
import { openTarget } from "../../../src/storage/index.ts";
import { parseManifest } from "../../../src/storage/ownership/manifest.ts";
import {
  directorySpec,
  filesPlan,
  openedRun,
  openOptions,
  prepareOptions,
  rejection,
  scratch,
  shardsPlan,
} from "../support.ts";

const plan = filesPlan({ size: { kind: "uniform", minBytes: 0, maxBytes: 9000 } });

const opened = (datasets = [plan]) => openedRun(datasets);

describe("opening a directory", () => {
  test("creates the run's directory with only its manifest", async () => {
    const { path, session, root } = await opened([plan, shardsPlan()]);
    expect(readdirSync(path)).toEqual(["assay-run-1"]);
    expect(readdirSync(root)).toEqual(["manifest.json"]);
    const manifest = parseManifest(readFileSync(join(root, "manifest.json"), "utf8"));
    expect(manifest).toMatchObject({
      runId: "run-1",
      kept: false,
      holder: { pid: process.pid, runId: "run-1" },
      datasets: [
        { folder: "files", plan },
        { folder: "shards", plan: shardsPlan() },
      ],
    });
    expect(session.location).toEqual({ kind: "directory", root });
    await session.close();
  });

  test.each([
    ["is missing", (path: string) => join(path, "nowhere"), /nowhere does not exist; create it/],
    [
      "is a file",
      (path: string) => {
        writeFileSync(join(path, "file"), "");
        return join(path, "file");
      },
      /file is not a directory/,
    ],
  ])("is rejected with one message if it %s", async (_, make, sentence) => {
    const error = await rejection(openTarget(directorySpec(make(scratch())), openOptions()));
    expect(error).toBeInstanceOf(PreflightError);
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toContain("\n");
  });

  test("rejects an existing file with the name of the run's directory", async () => {
    const path = scratch();
    mkdirSync(join(path, "assay-run-1"));
    writeFileSync(join(path, "assay-run-1", "precious"), "data");
    const error = await rejection(openTarget(directorySpec(path), openOptions()));
    expect(error.message).toMatch(/assay-run-1: a file of that name exists/);
    expect(readFileSync(join(path, "assay-run-1", "precious"), "utf8")).toBe("data");
  });

  test("follows a symbolic link given as the target", async () => {
    const path = scratch();
    mkdirSync(join(path, "real"));
    symlinkSync(join(path, "real"), join(path, "link"));
    const session = await openTarget(directorySpec(join(path, "link")), openOptions());
    expect(session.location).toMatchObject({ root: join(path, "real", "assay-run-1") });
    await session.clean();
  });
});

describe("a dataset made present", () => {
  test.each([
    ["loose", plan],
    ["in many directories", { ...plan, count: 25, filesPerDirectory: 10 }],
    ["large", filesPlan({ count: 2, size: { kind: "fixed", bytes: 9 * 2 ** 20 + 5 } })],
    ["in shards", shardsPlan({ count: 50 })],
  ])("%s holds the bytes of its contents", async (_, dataset) => {
    const { session, root } = await opened([dataset]);
    const seen: number[] = [];
    const progress = (done: number, total: number) => seen.push(done / total);
    const location = await session.prepare(dataset, "present", prepareOptions({ progress }));
    const content = makeContent(dataset, location);
    for (let i = 0; i < location.count; i++) {
      const expected = Buffer.alloc(location.sizes[i] ?? 0);
      content.fill(expected, i, 0);
      expect(readFileSync(join(root, fileName(location, i))).equals(expected)).toBe(true);
    }
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(1);
    await session.clean();
  });

  test("writes missing files and keeps the rest", async () => {
    const { session, root } = await opened();
    const location = await session.prepare(plan, "present", prepareOptions());
    const inodes = () =>
      Array.from(location.sizes, (_, i) => lstatSync(join(root, fileName(location, i))).ino);
    const before = inodes();
    rmSync(join(root, fileName(location, 3)));
    await session.prepare(plan, "present", prepareOptions());
    expect(lstatSync(join(root, fileName(location, 3))).size).toBe(location.sizes[3]);
    expect(inodes().toSpliced(3, 1)).toEqual(before.toSpliced(3, 1));
    await session.clean();
  });

  test("writes unfinished files again after a phase of this run changed it", async () => {
    const { session, root } = await opened();
    const location = await session.prepare(plan, "absent", prepareOptions());
    writeFileSync(join(root, fileName(location, 0)), "unfinished");
    truncateSync(join(root, fileName(location, 0)), 3);
    session.changed("files");
    await session.prepare(plan, "present", prepareOptions());
    expect(lstatSync(join(root, fileName(location, 0))).size).toBe(location.sizes[0]);
    await session.clean();
  });

  test("stops with the signal's reason if aborted", async () => {
    const many = filesPlan({ count: 20_000, size: { kind: "fixed", bytes: 4096 } });
    const { session, root } = await opened([many]);
    const stop = new AbortController();
    const progress = (done: number) => {
      if (done > 0) stop.abort(new Error("Ctrl-C"));
    };
    const options = prepareOptions({ progress, signal: stop.signal });
    const error = await rejection(session.prepare(many, "present", options));
    expect(error.message).toBe("Ctrl-C");
    const written = readdirSync(join(root, "files"), { recursive: true }).length;
    expect(written).toBeLessThan(20_000);
    const report = await session.clean();
    expect(report.left).toEqual([]);
    expect(existsSync(root)).toBe(false);
  });
});

describe("a dataset", () => {
  test("changed by another program is rejected with the file's path", async () => {
    const { session, root } = await opened();
    const location = await session.prepare(plan, "present", prepareOptions());
    const path = join(root, fileName(location, 4));
    appendFileSync(path, "more");
    const error = await rejection(session.prepare(plan, "present", prepareOptions()));
    expect(error).toBeInstanceOf(PreflightError);
    expect(error.message).toMatch(
      `was changed by another program: ${path} is a file of 4634 bytes; expected a file of 4630 b`,
    );
    expect(readFileSync(path, "latin1").endsWith("more")).toBe(true);
    await session.clean();
  });

  test("with a symbolic link as a file is rejected; the link is not followed", async () => {
    const { path, session, root } = await opened();
    const location = layOut(plan, "files");
    const outside = join(path, "outside");
    writeFileSync(outside, "precious");
    mkdirSync(join(root, "files"));
    symlinkSync(outside, join(root, fileName(location, 0)));
    const error = await rejection(session.prepare(plan, "present", prepareOptions()));
    expect(error.message).toMatch(/is not a regular file/);
    expect(readFileSync(outside, "utf8")).toBe("precious");
    await session.clean();
    expect(readFileSync(outside, "utf8")).toBe("precious");
  });

  test("with a symbolic link as a directory is rejected; nothing is written", async () => {
    const { path, session, root } = await opened();
    mkdirSync(join(path, "outside"));
    symlinkSync(join(path, "outside"), join(root, "files"));
    const error = await rejection(session.prepare(plan, "present", prepareOptions()));
    expect(error.message).toMatch(/is no longer a directory/);
    expect(readdirSync(join(path, "outside"))).toEqual([]);
    await session.clean();
  });
});

describe("a dataset made absent", () => {
  test("loses its files and keeps its directories", async () => {
    const dataset = { ...plan, count: 25, filesPerDirectory: 10 };
    const { session, root } = await opened([dataset]);
    await session.prepare(dataset, "present", prepareOptions());
    await session.prepare(dataset, "absent", prepareOptions());
    expect(readdirSync(join(root, "files"), { recursive: true }).sort()).toEqual([
      "000000",
      "000001",
      "000002",
    ]);
    await session.clean();
  });

  test("is rejected if something else replaces a file", async () => {
    const { session, root } = await opened();
    mkdirSync(join(root, "files", "000000002.bin"), { recursive: true });
    const error = await rejection(session.prepare(plan, "absent", prepareOptions()));
    expect(error.message).toMatch(/000000002.bin is not a regular file/);
    await session.clean();
  });
});

test("lists a new dataset in the manifest before its first file is written", async () => {
  const { session, root } = await opened([]);
  let listed = 0;
  const progress = () => {
    const manifest = parseManifest(readFileSync(join(root, "manifest.json"), "utf8"));
    listed = "datasets" in manifest ? manifest.datasets.length : -1;
  };
  await session.prepare(plan, "present", prepareOptions({ progress }));
  expect(listed).toBe(1);
  expect((await session.clean()).left).toEqual([]);
});
