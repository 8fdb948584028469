import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { PreflightError } from "../../../src/model/fault/errors.ts";
import { fileName } from "../../../src/model/plan/dataset.ts";
import { filesOfPart } from "../../../src/model/plan/part.ts";
import { layOut } from "../../../src/storage/content/layout.ts";
import { openTarget } from "../../../src/storage/index.ts";
import { digests, openHosts, prepareAll } from "../hosts.ts";
import {
  directorySpec,
  filesPlan,
  openOptions,
  prepareOptions,
  rejection,
  scratch,
  shardsPlan,
} from "../support.ts";

const plan = filesPlan({
  count: 23,
  filesPerDirectory: 5,
  size: { kind: "uniform", minBytes: 0, maxBytes: 9000 },
});
const STEADY = prepareOptions();
const GONE = { removedFiles: 0, removedBytes: 0, left: [], absent: true };

test("1 to 5 hosts write each file exactly once, with the content of one host", async () => {
  const path = scratch();
  const spec = directorySpec(path);
  const datasets = fc.record({
    kind: fc.constantFrom("files" as const, "shards" as const),
    count: fc.integer({ min: 1, max: 40 }),
    filesPerDirectory: fc.integer({ min: 1, max: 12 }),
    shardBytes: fc.integer({ min: 10_240, max: 40_960 }),
    seed: fc.nat(),
  });
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), datasets, async (hosts, changes) => {
      const dataset = filesPlan({ ...changes, suffix: ".dat" });
      const alone = await openTarget(
        spec,
        openOptions({ runId: `alone-${number}`, datasets: [dataset] }),
      );
      await alone.prepare(dataset, "present", STEADY);
      const whole = digests(join(path, `assay-alone-${number}`, "files"));
      await alone.clean();
      const runId = `hosts-${number++}`;
      const sessions = await openHosts(spec, hosts, { runId, datasets: [dataset] });
      const location = layOut(dataset, "files");
      const root = join(path, `assay-${runId}`);
      const written = new Set<string>();
      for (const [host, session] of sessions.entries()) {
        await session.prepare(dataset, "present", { ...STEADY, part: { host, hosts } });
        const now = Array.from({ length: location.count }, (_, i) => fileName(location, i));
        const added = now.filter((name) => existsSync(join(root, name)) && !written.has(name));
        const files = new Set(filesOfPart({ host, hosts }, location.count));
        const own = now.filter((_, i) => files.has(i));
        expect(added).toEqual(own);
        for (const name of added) written.add(name);
      }
      expect(written.size).toBe(location.count);
      for (const session of sessions) await session.prepare(dataset, "present", STEADY);
      expect(digests(join(root, "files"))).toEqual(whole);
      for (const member of sessions.slice(1)) expect(await member.clean()).toEqual(GONE);
      expect(await sessions[0].clean()).toMatchObject({ removedFiles: location.count + 1 });
      expect(readdirSync(path)).toEqual([]);
    }),
    { numRuns: 12 },
  );
});

test("a preparation by three hosts leaves nothing after the keeper's cleanup", async () => {
  const path = scratch();
  const datasets = [plan, shardsPlan({ count: 50 })];
  const sessions = await openHosts(directorySpec(path), 3, { datasets });
  await prepareAll(sessions, datasets);
  expect(readdirSync(path)).toEqual(["assay-run-1"]);
  for (const member of sessions.slice(1)) {
    await member.keep();
    await member.handOver?.();
    expect(await member.clean()).toEqual(GONE);
    await member.close();
  }
  expect(await sessions[0].clean()).toMatchObject({ left: [], incomplete: false });
  expect(readdirSync(path)).toEqual([]);
});

test("a preparation in parts restores what a phase of all hosts changed", async () => {
  const path = scratch();
  const sessions = await openHosts(directorySpec(path), 3, { datasets: [plan] });
  await prepareAll(sessions, [plan]);
  const root = join(path, "assay-run-1");
  const before = digests(join(root, "files"));
  const location = layOut(plan, "files");
  for (let i = 0; i < 9; i++) rmSync(join(root, fileName(location, i)));
  writeFileSync(join(root, fileName(location, 9)), "x");
  for (const session of sessions) session.changed("files");
  await prepareAll(sessions, [plan]);
  expect(digests(join(root, "files"))).toEqual(before);
});

test("a preparation in parts reports a missing file, and does not write it", async () => {
  const path = scratch();
  const sessions = await openHosts(directorySpec(path), 2, { datasets: [plan] });
  await prepareAll(sessions, [plan]);
  const lost = join(path, "assay-run-1", fileName(layOut(plan, "files"), 3));
  rmSync(lost);
  for (const session of sessions) {
    const error = await rejection(session.prepare(plan, "present", STEADY));
    expect(error).toBeInstanceOf(PreflightError);
    expect(error.message).toMatch(/"files": 1 of 23 files are missing 5 s after all hosts/);
    expect(error.message).toContain(lost);
  }
  expect(existsSync(lost)).toBe(false);
}, 20_000);

test("a preparation in parts waits for files that become visible later", async () => {
  const path = scratch();
  const [keeper, member] = await openHosts(directorySpec(path), 2, { datasets: [plan] });
  await keeper.prepare(plan, "present", { ...STEADY, part: { host: 0, hosts: 2 } });
  const checked = keeper.prepare(plan, "present", STEADY);
  await sleep(300);
  await member?.prepare(plan, "present", { ...STEADY, part: { host: 1, hosts: 2 } });
  expect((await checked).count).toBe(23);
});

test("a preparation in parts never overwrites or removes a foreign file", async () => {
  const path = scratch();
  const sessions = await openHosts(directorySpec(path), 2, { datasets: [plan] });
  const taken = join(path, "assay-run-1", fileName(layOut(plan, "files"), 20));
  mkdirSync(join(taken, ".."), { recursive: true });
  writeFileSync(taken, Buffer.alloc(100_000));
  const part = { host: 1, hosts: 2 };
  const error = await rejection(
    (sessions[1] ?? sessions[0]).prepare(plan, "present", { ...STEADY, part }),
  );
  expect(error.message).toMatch(/was changed by another program/);
  const { left } = await sessions[0].clean();
  expect(left.join()).toContain("so this run did not write it; it was not removed");
  expect(lstatSync(taken).size).toBe(100_000);
});

test("a preparation in parts does not follow a link in the place of a directory", async () => {
  const path = scratch();
  const outside = scratch();
  const [keeper, member] = await openHosts(directorySpec(path), 2, { datasets: [plan] });
  symlinkSync(outside, join(path, "assay-run-1", "files"));
  for (const [host, session] of [keeper, member].entries()) {
    const part = { host, hosts: 2 };
    const error = await rejection(
      session?.prepare(plan, "present", { ...STEADY, part }) ?? Promise.resolve(),
    );
    expect(error.message).toMatch(/is no longer a directory/);
  }
  expect(readdirSync(outside)).toEqual([]);
});

test("a preparation in parts leaves the removal of files to the keeper", async () => {
  const path = scratch();
  const [keeper, member] = await openHosts(directorySpec(path), 2, { datasets: [plan] });
  await prepareAll([keeper, member ?? keeper], [plan]);
  await member?.prepare(plan, "absent", STEADY);
  expect(digests(join(path, "assay-run-1", "files")).length).toBe(23);
  await keeper.prepare(plan, "absent", STEADY);
  expect(digests(join(path, "assay-run-1", "files"))).toEqual([]);
});
