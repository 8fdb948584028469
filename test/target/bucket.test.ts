import { CreateMultipartUploadCommand, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { afterEach, describe, expect, test } from "vitest";
import { fileName } from "../../src/model/dataset.ts";
import type { BucketAddress } from "../../src/model/target.ts";
import { makeContent } from "../../src/target/content.ts";
import {
  cleanTarget,
  findLeftovers,
  type OpenOptions,
  openTarget,
} from "../../src/target/index.ts";
import { parseManifest } from "../../src/target/manifest.ts";
import type { TargetSession } from "../../src/target/target.ts";
import { useMinio } from "../minio.ts";
import { datasetPlan, lookInto, optionsOf, STEADY, specOf } from "./bucket-run.ts";

const MIB = 1024 * 1024;
const bucket = await useMinio({ own: true });
const look = lookInto(bucket);
const open: TargetSession[] = [];

async function openRun(
  address: BucketAddress,
  runId: string,
  overrides: Partial<OpenOptions> = {},
): Promise<TargetSession> {
  const session = await openTarget(specOf(address), optionsOf(runId, overrides));
  open.push(session);
  return session;
}

afterEach(async () => {
  for (const session of open.splice(0)) await session.close().catch(() => {});
});

describe.skipIf(!bucket.available)("a bucket during one run", () => {
  test("the manifest is there before any data and lists all of it", async () => {
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

  test("writes each object with its bytes, once, and only the missing ones again", async () => {
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
      removedBytes: expect.any(Number),
      left: [],
    });
    expect(await look.keys(root)).toEqual([]);
  });

  test("writes large objects in parts and real shards", async () => {
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

  test("removes a dataset that must be absent, and nothing beside it", async () => {
    const address = bucket.address();
    const session = await openRun(address, "r1");
    await session.prepare(datasetPlan(), "present", STEADY);
    const stranger = `${address.prefix}assay-r1/small/000000/notes.txt`;
    await look.put(stranger, "mine");
    await session.prepare(datasetPlan(), "absent", STEADY);
    expect(await look.keys(`${address.prefix}assay-r1/small/`)).toEqual([stranger]);
    const report = await session.clean();
    expect(report.left).toEqual([expect.stringMatching(/what this run did not make/)]);
    expect(await look.text(stranger)).toBe("mine");
  });

  test("an object that someone changed is an error and is not overwritten", async () => {
    const address = bucket.address();
    const session = await openRun(address, "r1");
    const location = await session.prepare(datasetPlan(), "present", STEADY);
    const key = `${address.prefix}assay-r1/${fileName(location, 3)}`;
    const foreign = "x".repeat(6000);
    await look.put(key, foreign);
    await expect(session.prepare(datasetPlan(), "present", STEADY)).rejects.toThrow(
      /"small" changed under our feet: .*000000003\.bin in bucket .* should have \d+ bytes/,
    );
    expect(await look.text(key)).toBe(foreign);
    session.changed("small");
    await session.prepare(datasetPlan(), "present", STEADY);
    expect((await look.bytes(key)).length).toBe(location.sizes[3]);
  });

  test("an interrupted preparation ends at once and leaves no upload", async () => {
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

  test("of two runs at once the second is refused and leaves nothing", async () => {
    const address = bucket.address();
    const first = await openRun(address, "first");
    await expect(openRun(address, "second")).rejects.toThrow(/run first is going on in bucket/);
    await expect(openRun(address, "first")).rejects.toThrow(/already has objects below/);
    expect(await look.keys(address.prefix)).toEqual([`${address.prefix}assay-first/manifest.json`]);
    await expect(cleanTarget(specOf(address), "first")).rejects.toThrow(/is going on/);
    await first.clean();
    const second = await openRun(address, "second");
    expect((await second.clean()).left).toEqual([]);
  });

  test("a run of another machine is alive while its heartbeat is young", async () => {
    const address = bucket.address();
    const other = await openRun(address, "other");
    const key = `${address.prefix}assay-other/manifest.json`;
    const text = await look.text(key);
    await other.clean();
    const elsewhere = JSON.parse(text);
    elsewhere.holder.bootId = "another boot";
    await look.put(key, JSON.stringify(elsewhere));
    await expect(openRun(address, "mine")).rejects.toThrow(/run other is going on/);
    const dead = JSON.parse(text);
    dead.holder.processStart = "1";
    await look.put(key, JSON.stringify(dead));
    const warnings: string[] = [];
    const onWarning = (message: string) => void warnings.push(message);
    await openRun(address, "mine", { onWarning });
    expect(warnings).toEqual([expect.stringMatching(/run other ended without cleaning up/)]);
  });

  test("kept data is reused where manifest and sizes match, and stays after that run", async () => {
    const address = bucket.address();
    const keeper = await openRun(address, "keeper");
    const location = await keeper.prepare(datasetPlan(), "present", STEADY);
    await keeper.keep();
    await keeper.close();
    const root = `${address.prefix}assay-keeper/`;
    const user = await openRun(address, "user", { reuse: true });
    expect(user.location).toMatchObject({ root });
    expect(await look.keys(`${address.prefix}assay-user/`)).toEqual([]);
    expect((await user.clean()).left).toEqual([expect.stringMatching(/kept by run keeper/)]);
    await user.close();
    expect((await look.keys(root)).length).toBe(21);

    await look.put(root + fileName(location, 5), "x".repeat(6000));
    const warnings: string[] = [];
    const onWarning = (message: string) => void warnings.push(message);
    const next = await openRun(address, "next", { reuse: true, onWarning });
    expect(next.location).toMatchObject({ root: `${address.prefix}assay-next/` });
    expect(warnings).toEqual([expect.stringMatching(/is not reused: dataset "small"/)]);
    await next.clean();
    const [left] = await findLeftovers(specOf(address));
    expect(left).toMatchObject({ runId: "keeper", kept: true, live: false, problem: null });
    expect((await cleanTarget(specOf(address), "keeper")).left).toEqual([]);
    expect(await look.keys(address.prefix)).toEqual([]);
  });

  test("cleans up after a crash: objects, open uploads, and nothing of strangers", async () => {
    const address = bucket.address();
    const large = datasetPlan({ name: "large", count: 1, size: { kind: "fixed", bytes: 6 * MIB } });
    const datasets = [datasetPlan(), large];
    const session = await openRun(address, "dead", { datasets });
    await session.prepare(datasetPlan(), "present", STEADY);
    await session.close();
    const key = `${address.prefix}assay-dead/large/000000000.bin`;
    const stranger = `${address.prefix}assay-notes`;
    await look.put(stranger, "mine");
    const foreign = `${address.prefix}assay-dead/large/other.bin`;
    for (const Key of [key, foreign]) {
      const upload = { Bucket: bucket.minio.bucket, Key };
      await bucket.client.send(new CreateMultipartUploadCommand(upload));
    }
    expect(await look.uploads(key)).toBe(1);
    const report = await cleanTarget(specOf(address), "dead");
    expect(report).toMatchObject({ removedFiles: 21, left: [] });
    expect(await look.uploads(key)).toBe(0);
    expect(await look.uploads(foreign)).toBe(1);
    expect(await look.keys(address.prefix)).toEqual([stranger]);
    expect(await cleanTarget(specOf(address), "dead")).toMatchObject({ removedFiles: 0, left: [] });
  });

  test("a manifest that cannot be read protects what is there", async () => {
    const address = bucket.address();
    await look.put(`${address.prefix}assay-odd/manifest.json`, "{}");
    await expect(cleanTarget(specOf(address), "odd")).rejects.toThrow(/nothing was removed/);
    expect((await findLeftovers(specOf(address)))[0]?.problem).toMatch(/not an assay manifest/);
  });

  test("in a bucket with versions no version stays", async () => {
    const Bucket = bucket.minio.bucket;
    const versioning = (Status: "Enabled" | "Suspended") =>
      bucket.client.send(
        new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }),
      );
    await versioning("Enabled");
    try {
      const address = bucket.address();
      const session = await openRun(address, "r1");
      await session.prepare(datasetPlan(), "present", STEADY);
      await session.prepare(datasetPlan(), "absent", STEADY);
      // Twenty versions, as many delete markers, and the manifest.
      expect(await session.clean()).toMatchObject({ removedFiles: 41, left: [] });
    } finally {
      await versioning("Suspended");
    }
  });
});
