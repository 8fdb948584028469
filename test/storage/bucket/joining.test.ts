// @module-tag system
import { expect, test } from "vitest";
import type { BucketAddress } from "../../../src/model/target/target.ts";
import { findLeftovers, openTarget, readToken, writeToken } from "../../../src/storage/index.ts";
import { useMinio } from "../../minio.ts";
import { digest, openHosts, prepareAll, startHost } from "../hosts.ts";
import { rejection, shardsPlan } from "../support.ts";
import { datasetPlan, lookInto, optionsOf, STEADY, specOf } from "./run.ts";

const bucket = await useMinio({ minio: true });
const look = lookInto(bucket);
const onMinio = test.skipIf(!bucket.available);
const datasets = [datasetPlan({ count: 23 }), shardsPlan({ count: 50 })];

const openAll = (address: BucketAddress, hosts: number) =>
  openHosts(specOf(address), hosts, optionsOf("r1", { datasets }));

async function contents(root: string): Promise<readonly string[]> {
  const keys = (await look.keys(root)).filter((key) => !key.endsWith("manifest.json"));
  return Promise.all(
    keys.map(async (key) => `${key.slice(root.length)} ${digest(await look.bytes(key))}`),
  );
}

onMinio("three hosts write each object once, with the content of one host", async () => {
  const addresses = [bucket.address(), bucket.address()] as const;
  const [alone] = await openAll(addresses[0], 1);
  for (const dataset of datasets) await alone.prepare(dataset, "present", STEADY);
  const sessions = await openAll(addresses[1], 3);
  await prepareAll(sessions, datasets);
  const root = `${addresses[1].prefix}assay-r1/`;
  expect(await contents(root)).toEqual(await contents(`${addresses[0].prefix}assay-r1/`));
  const stored = sessions.map((session) =>
    (session.usage?.() ?? []).reduce((sum, { storedObjects }) => sum + storedObjects, 0),
  );
  // 23 files and 5 shards; the keeper has written the manifest as well.
  expect(stored).toEqual([8 + 2 + 1, 8 + 2, 7 + 1]);
  for (const member of sessions.slice(1)) {
    await member.keep();
    expect(await member.clean()).toEqual({
      removedFiles: 0,
      removedBytes: 0,
      left: [],
      absent: true,
    });
    await member.close();
  }
  expect(await sessions[0].clean()).toMatchObject({ left: [], incomplete: false });
  expect(await look.keys(root)).toEqual([]);
});

onMinio("a host prepares only its part, and the check reports a missing object", async () => {
  const address = bucket.address();
  const [keeper, member] = await openAll(address, 2);
  const [dataset = datasetPlan()] = datasets;
  await member?.prepare(dataset, "present", { ...STEADY, part: { host: 1, hosts: 2 } });
  const root = `${address.prefix}assay-r1/`;
  const numbers = (await look.keys(`${root}small/`)).map((key) => Number(key.slice(-13, -4)));
  expect(numbers).toEqual(Array.from({ length: 11 }, (_, i) => 12 + i));
  for (const session of [keeper, member]) {
    if (session === keeper) {
      await keeper.prepare(dataset, "present", { ...STEADY, part: { host: 0, hosts: 3 } });
    }
    const error = await rejection(
      session?.prepare(dataset, "present", STEADY) ?? Promise.resolve(),
    );
    expect(error.message).toMatch(
      /all hosts have written their objects, but .* lists only 19 of 23/,
    );
  }
  await member?.prepare(dataset, "absent", STEADY);
  expect((await look.keys(`${root}small/`)).length).toBeGreaterThan(0);
  await keeper.prepare(dataset, "absent", STEADY);
  expect(await look.keys(`${root}small/`)).toEqual([]);
});

onMinio("the keeper removes the objects of all hosts before they are created again", async () => {
  const address = bucket.address();
  const sessions = await openAll(address, 2);
  const [dataset = datasetPlan()] = datasets;
  await prepareAll(sessions, [dataset]);
  for (const [host, session] of sessions.entries()) {
    await session.prepare(dataset, "absent", { ...STEADY, part: { host, hosts: 2 } });
  }
  expect(await look.keys(`${address.prefix}assay-r1/small/`)).toEqual([]);
});

onMinio("the location has the entity tags of all objects after the check", async () => {
  const sessions = await openAll(bucket.address(), 2);
  await prepareAll(sessions, datasets);
  const [dataset = datasetPlan()] = datasets;
  const options = { ...STEADY, entityTags: true };
  for (const session of sessions) {
    const { entityTags = [] } = await session.prepare(dataset, "present", options);
    expect(entityTags.length).toBe(23);
    expect(entityTags.every((tag) => tag !== "")).toBe(true);
  }
});

onMinio("the token tells by content whether a host has the same bucket and prefix", async () => {
  const address = bucket.address();
  const [keeper] = await openAll(address, 1);
  const token = await writeToken(keeper);
  expect(await readToken(specOf(address), "r1", token)).toBeNull();
  const other = specOf(bucket.address());
  const reason = await readToken(other, "r1", token, 50);
  expect(reason).toMatch(/this host sees no data of run r1/);
});

onMinio("a member takes the data over, and the former keeper removes nothing", async () => {
  const address = bucket.address();
  const [keeper] = await openAll(address, 1);
  await writeToken(keeper);
  for (const dataset of datasets) await keeper.prepare(dataset, "present", STEADY);
  const root = `${address.prefix}assay-r1/`;
  const text = await look.text(`${root}manifest.json`);
  const manifest = JSON.parse(text);
  const holder = { ...manifest.holder, host: "b", bootId: "other", processStart: "1" };
  await look.put(`${root}manifest.json`, JSON.stringify({ ...manifest, holder }));
  const report = await keeper.clean();
  expect(report.left.join()).toMatch(/on b has taken over .*, and removes its data/);
  const member = await openTarget(specOf(address), optionsOf("r1", { datasets, member: true }));
  await member.takeOver?.();
  expect(await member.clean()).toMatchObject({ left: [], incomplete: false });
  expect(await look.keys(root)).toEqual([]);
  await expect(member.takeOver?.()).resolves.toBeUndefined();
  await member.close();
});

onMinio(
  "a killed keeper is replaced by a member, which removes the data",
  async () => {
    const address = bucket.address();
    const spec = specOf(address);
    const start = (host: number, isMember: boolean) =>
      startHost({ spec, runId: "r1", datasets, part: { host, hosts: 3 }, isMember });
    const hosts = [await start(0, false), await start(1, true), await start(2, true)];
    expect(await Promise.all(hosts.map((host) => host.run("prepare")))).toEqual([null, null, null]);
    expect(await Promise.all(hosts.map((host) => host.run("check")))).toEqual([null, null, null]);
    const [keeper, member, third] = hosts;
    await keeper?.kill();
    await third?.kill();
    expect(await member?.run("takeOver")).toBeNull();
    expect(await findLeftovers(spec)).toMatchObject([{ runId: "r1", live: true }]);
    expect(await member?.run("clean")).toMatchObject({ left: [], incomplete: false });
    await member?.run("close");
    expect(await look.keys(address.prefix)).toEqual([]);
  },
  30_000,
);

onMinio("a foreign object is neither overwritten nor removed", async () => {
  const address = bucket.address();
  const [keeper, member] = await openAll(address, 2);
  const key = `${address.prefix}assay-r1/small/000002/000000020.bin`;
  await look.put(key, "x".repeat(90_000));
  const [dataset = datasetPlan()] = datasets;
  const part = { host: 1, hosts: 2 };
  await expect(member?.prepare(dataset, "present", { ...STEADY, part })).rejects.toThrow(
    /was changed by another program/,
  );
  await keeper.prepare(dataset, "present", { ...STEADY, part: { host: 0, hosts: 2 } });
  expect((await look.bytes(key)).length).toBe(90_000);
});

onMinio("kept data that the keeper reuses is found by the members", async () => {
  const address = bucket.address();
  const [first] = await openAll(address, 1);
  for (const dataset of datasets) await first.prepare(dataset, "present", STEADY);
  await first.keep();
  await first.close();
  const options = optionsOf("r2", { datasets, reuse: true });
  const [keeper, member] = await openHosts(specOf(address), 2, options);
  expect(member?.location).toEqual(keeper.location);
  expect([keeper.reused, member?.reused]).toEqual([true, true]);
});
