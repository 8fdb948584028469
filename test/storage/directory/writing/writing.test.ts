import { lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { fileName } from "../../../../src/model/plan/dataset.ts";
import { FilePool } from "../../../../src/posix/file-pool.ts";
import { Folder } from "../../../../src/posix/folder.ts";
import { makeContent } from "../../../../src/storage/content/content.ts";
import { layOut } from "../../../../src/storage/content/layout.ts";
import { makeDirectories } from "../../../../src/storage/directory/files/files.ts";
import { writeFiles } from "../../../../src/storage/directory/writing/writing.ts";
import { filesPlan, prepareOptions, rejection, scratch } from "../../support.ts";

const plan = filesPlan({
  count: 300,
  filesPerDirectory: 100,
  size: { kind: "uniform", minBytes: 0, maxBytes: 3000 },
});
const location = layOut(plan, "files");
const content = makeContent(plan, location);
const all = Array.from(location.sizes.keys());

function opened() {
  const root = scratch();
  const folder = Folder.open(root);
  onTestFinished(() => folder.close());
  return { root, folder };
}

describe.each([
  ["fast storage, synchronously", { fileMs: Number.POSITIVE_INFINITY }],
  ["slow storage, on a ring", { fileMs: 0 }],
  ["slow storage, on Node's threads", { fileMs: 0, performer: () => new FilePool() }],
])("writing to %s", (_, slow) => {
  test("writes every byte", async () => {
    const { root, folder } = opened();
    await makeDirectories(folder, location);
    const done: number[] = [];
    const progress = (bytes: number) => done.push(bytes);
    await writeFiles(folder, location, content, all, prepareOptions({ progress }), slow);
    for (const i of all) {
      const expected = Buffer.alloc(location.sizes[i] ?? 0);
      content.fill(expected, i, 0);
      expect(readFileSync(join(root, fileName(location, i))).equals(expected)).toBe(true);
    }
    expect(done.at(-1)).toBe(location.totalBytes);
  });

  test("stops at an existing file and does not change it", async () => {
    const { root, folder } = opened();
    await makeDirectories(folder, location);
    const path = join(root, fileName(location, 200));
    writeFileSync(path, "precious");
    const error = await rejection(
      writeFiles(folder, location, content, all, prepareOptions(), slow),
    );
    expect(error.message).toBe(
      `cannot write ${path}: a file of that name exists that this run did not create; it was ` +
        "not changed",
    );
    expect(readFileSync(path, "utf8")).toBe("precious");
    expect(lstatSync(join(root, fileName(location, 299)), { throwIfNoEntry: false })).toBe(
      undefined,
    );
  });

  test("reports a directory that vanishes", async () => {
    const { root, folder } = opened();
    mkdirSync(join(root, "files", "000000"), { recursive: true });
    mkdirSync(join(root, "files", "000001"));
    const error = await rejection(
      writeFiles(folder, location, content, all, prepareOptions(), slow),
    );
    expect(error.message).toMatch(
      /cannot write .*000002.*: it is gone; another program removed it/,
    );
  });
});
