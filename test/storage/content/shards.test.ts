// @module-tag system
import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileName } from "../../../src/model/plan/dataset.ts";
import { makeContent } from "../../../src/storage/content/content.ts";
import { layOut } from "../../../src/storage/content/layout.ts";
import { memberName, tarHeader } from "../../../src/storage/content/shards.ts";
import { filesPlan, scratch, shardsPlan } from "../support.ts";

const size = { kind: "uniform", minBytes: 0, maxBytes: 20_000 } as const;

test("tar lists and extracts the samples of the index with their bytes", () => {
  const folder = scratch();
  const plan = shardsPlan({ size, count: 40 });
  const location = layOut(plan, "x");
  const content = makeContent(plan, location);
  const loosePlan = filesPlan({ size, count: 40 });
  const loose = makeContent(loosePlan, layOut(loosePlan, "x"));
  expect(location.count).toBeGreaterThan(3);
  const listed: string[] = [];
  for (let shard = 0; shard < location.count; shard++) {
    const bytes = Buffer.alloc(location.sizes[shard] ?? 0);
    content.fill(bytes, shard, 0);
    const path = join(folder, fileName(location, shard).replace("/", "-"));
    writeFileSync(path, bytes);
    const list = execFileSync("tar", ["tvf", path], { encoding: "utf8", stdio: "pipe" });
    listed.push(...list.trim().split("\n"));
    execFileSync("tar", ["xf", path, "-C", folder]);
  }
  expect(listed).toHaveLength(40);
  for (let i = 0; i < 40; i++) {
    const bytes = location.samples?.length[i] ?? -1;
    expect(listed[i]).toMatch(
      new RegExp(`^-r--r--r-- .* ${bytes} 1970-01-01 .* ${memberName(i)}$`),
    );
    const expected = Buffer.alloc(bytes);
    loose.fill(expected, i, 0);
    expect(readFileSync(join(folder, memberName(i))).equals(expected)).toBe(true);
  }
});

test("tar reads the size of a sample too large for octal digits", () => {
  const path = join(scratch(), "huge.tar");
  const bytes = 9 * 2 ** 30;
  const file = openSync(path, "w");
  writeSync(file, tarHeader(5, bytes));
  closeSync(file);
  truncateSync(path, 512 + bytes + 10_240);
  const list = execFileSync("tar", ["tvf", path], { encoding: "utf8", stdio: "pipe" });
  expect(list).toContain(` ${bytes} `);
  expect(list.trim()).toMatch(/000000005\.jpg$/);
});
