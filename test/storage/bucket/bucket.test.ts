// @module-tag system
import { expect, test } from "vitest";
import { fileName } from "../../../src/model/plan/dataset.ts";
import { makeContent } from "../../../src/storage/content/content.ts";
import { cleanTarget } from "../../../src/storage/index.ts";
import { parseManifest } from "../../../src/storage/ownership/manifest.ts";
import { useMinio } from "../../minio.ts";
import { listener } from "../support.ts";
import { datasetPlan, lookInto, runOpener, STEADY, specOf } from "./run.ts";

const MIB = 1024 * 1024;
const bucket = await useMinio({ minio: true });
const look = lookInto(bucket);
const onMinio = test.skipIf(!bucket.available);
const openRun = runOpener();

onMinio("writes the manifest before any data, with all datasets", async () => {
  const address = bucket.address();
  await openRun(address, "r1");
  const root = `${address.prefix}assay-r1/`;
  expect(await look.keys(root)).toEqual([`${root}manifest.json`]);
  const manifest = parseManifest(await look.text(`${root}manifest.json`));
  expect(manifest).toMatchObject({
    runId: "r1",
    kept: false,
    holder: { runId: "r1", pid: process.pid },
    datasets: [{ folder: "small", plan: datasetPlan() }],
  });
});

onMinio("writes each object once, and only missing ones again", async () => {
  const address = bucket.address();
  const session = await openRun(address, "r1");
  const location = await session.prepare(datasetPlan(), "present", STEADY);
  const root = `${address.prefix}assay-r1/`;
  const names = Array.from({ length: 20 }, (_, i) => root + fileName(location, i));
  expect(await look.keys(`${root}small/`)).toEqual(names);
  const content = makeContent(datasetPlan(), location);
  for (const i of [0, 9, 19]) {
    const expected = Buffer.alloc(location.sizes[i] ?? 0);
    content.fill(expected, i, 0);
    expect((await look.bytes(names[i] ?? "")).equals(expected)).toBe(true);
  }
  let writes = 0;
  const progress = () => {
    writes++;
  };
  await session.prepare(datasetPlan(), "present", { ...STEADY, progress });
  expect(writes).toBe(0);
  expect(await session.clean()).toEqual({
    removedFiles: 21,
    incomplete: false,
    removedBytes: expect.any(Number),
    left: [],
    listedFiles: 20,
    leftFiles: 0,
  });
  expect(await look.keys(root)).toEqual([]);
});

onMinio("writes large objects in parts and real shards", async () => {
  const large = datasetPlan({ name: "large", count: 2, size: { kind: "fixed", bytes: 9 * MIB } });
  const session = await openRun(bucket.address(), "r1", { datasets: [large] });
  const done: number[] = [];
  const progress = (bytes: number) => void done.push(bytes);
  const location = await session.prepare(large, "present", { ...STEADY, progress });
  expect(done.at(-1)).toBe(18 * MIB);
  const root = session.location.kind === "bucket" ? session.location.root : "";
  const expected = Buffer.alloc(9 * MIB);
  makeContent(large, location).fill(expected, 1, 0);
  const bytes = await look.bytes(root + fileName(location, 1));
  expect(bytes.equals(expected)).toBe(true);
  await session.clean();
});

onMinio("removes a dataset that must be absent and nothing else", async () => {
  const address = bucket.address();
  const session = await openRun(address, "r1");
  await session.prepare(datasetPlan(), "present", STEADY);
  const stranger = `${address.prefix}assay-r1/small/000000/notes.txt`;
  await look.put(stranger, "mine");
  await session.prepare(datasetPlan(), "absent", STEADY);
  expect(await look.keys(`${address.prefix}assay-r1/small/`)).toEqual([stranger]);
  const report = await session.clean();
  expect(report.left).toEqual([expect.stringMatching(/that this run did not create/)]);
  expect(await look.text(stranger)).toBe("mine");
});

onMinio("rejects a changed object and does not overwrite it", async () => {
  const address = bucket.address();
  const session = await openRun(address, "r1");
  const location = await session.prepare(datasetPlan(), "present", STEADY);
  const key = `${address.prefix}assay-r1/${fileName(location, 3)}`;
  const foreign = "x".repeat(6000);
  await look.put(key, foreign);
  await expect(session.prepare(datasetPlan(), "present", STEADY)).rejects.toThrow(
    /"small" was changed by another program: .*000000003\.bin in bucket .* expected \d+ bytes/,
  );
  expect(await look.text(key)).toBe(foreign);
  session.changed("small");
  await session.prepare(datasetPlan(), "present", STEADY);
  expect((await look.bytes(key)).length).toBe(location.sizes[3]);
});

onMinio("ends an interrupted preparation immediately and leaves no upload", async () => {
  const large = datasetPlan({
    name: "large",
    count: 1,
    size: { kind: "fixed", bytes: 80 * MIB },
  });
  const session = await openRun(bucket.address(), "r1", { datasets: [large] });
  const interrupt = new AbortController();
  const reason = new Error("interrupted");
  const progress = (bytes: number) => {
    if (bytes > 0) interrupt.abort(reason);
  };
  const options = { progress, signal: interrupt.signal };
  await expect(session.prepare(large, "present", options)).rejects.toBe(reason);
  const root = session.location.kind === "bucket" ? session.location.root : "";
  expect(await look.uploads(`${root}large/000000000.bin`)).toBe(0);
  expect((await session.clean()).left).toEqual([]);
  expect(await look.keys(root)).toEqual([]);
});

onMinio("rejects the second of two concurrent runs, which leaves nothing", async () => {
  const address = bucket.address();
  const first = await openRun(address, "first");
  await expect(openRun(address, "second")).rejects.toThrow(/run first is active in bucket/);
  await expect(openRun(address, "first")).rejects.toThrow(/already has objects below/);
  expect(await look.keys(address.prefix)).toEqual([`${address.prefix}assay-first/manifest.json`]);
  await expect(cleanTarget(specOf(address), "first")).rejects.toThrow(/is active/);
  await first.clean();
  const second = await openRun(address, "second");
  expect((await second.clean()).left).toEqual([]);
});

onMinio("takes a run of another host as active while its heartbeat is recent", async () => {
  const address = bucket.address();
  const other = await openRun(address, "other");
  const key = `${address.prefix}assay-other/manifest.json`;
  const text = await look.text(key);
  await other.clean();
  const elsewhere = JSON.parse(text);
  elsewhere.holder.bootId = "another boot";
  await look.put(key, JSON.stringify(elsewhere));
  await expect(openRun(address, "mine")).rejects.toThrow(/run other is active/);
  const dead = JSON.parse(text);
  dead.holder.processStart = "1";
  await look.put(key, JSON.stringify(dead));
  const { warnings, onWarning } = listener();
  await openRun(address, "mine", { onWarning });
  expect(warnings).toEqual([expect.stringMatching(/run other ended without cleanup/)]);
});
