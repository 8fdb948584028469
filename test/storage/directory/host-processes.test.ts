import { readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cleanTarget, findLeftovers, openTarget, readToken } from "../../../src/storage/index.ts";
import { digests, openHosts, prepareAll, startHost } from "../hosts.ts";
import { mountMemory } from "../loop.ts";
import { directorySpec, filesPlan, openOptions, prepareOptions, scratch } from "../support.ts";

const plan = filesPlan({ count: 60, filesPerDirectory: 7, size: { kind: "fixed", bytes: 20_000 } });
const large = filesPlan({ count: 8, size: { kind: "fixed", bytes: 1.5 * 2 ** 20 } });

/** Starts a keeper and members as processes. */
async function startHosts(path: string, hosts: number, datasets = [plan]) {
  const work = { spec: directorySpec(path), runId: "run-1", datasets };
  const start = (host: number) => startHost({ ...work, part: { host, hosts }, isMember: host > 0 });
  const processes = [await start(0)];
  while (processes.length < hosts) processes.push(await start(processes.length));
  return processes;
}

test("three processes prepare what one does, and leave nothing", async () => {
  const [path, aloneAt] = [scratch(), scratch()];
  const alone = await openHosts(directorySpec(aloneAt), 1, { datasets: [plan] });
  await prepareAll(alone, [plan]);
  const hosts = await startHosts(path, 3);
  const token = String(Object(hosts[0]?.opened).opened);
  expect(await readToken(directorySpec(path), "run-1", token)).toBeNull();
  expect(await Promise.all(hosts.map((host) => host.run("prepare")))).toEqual([null, null, null]);
  expect(await Promise.all(hosts.map((host) => host.run("check")))).toEqual([null, null, null]);
  const files = (root: string) => digests(join(root, "assay-run-1", "files"));
  expect(files(path)).toEqual(files(aloneAt));
  for (const host of hosts.toReversed()) {
    await host.run("clean");
    expect(await host.run("close")).toBeNull();
  }
  expect(readdirSync(path)).toEqual([]);
}, 30_000);

test("a killed member leaves nothing that the keeper cannot remove", async () => {
  const path = scratch();
  const [keeper, member] = await startHosts(path, 2);
  await Promise.all([keeper?.run("prepare"), member?.run("prepare")]);
  await member?.kill();
  expect(await findLeftovers(directorySpec(path))).toMatchObject([{ live: true }]);
  expect(await keeper?.run("clean")).toMatchObject({ left: [], incomplete: false });
  expect(readdirSync(path)).toEqual([]);
}, 30_000);

test("a killed keeper is replaced by a member, which removes the data", async () => {
  const path = scratch();
  const [keeper, member] = await startHosts(path, 2);
  await Promise.all([keeper?.run("prepare"), member?.run("prepare")]);
  await keeper?.kill();
  expect(await member?.run("takeOver")).toBeNull();
  expect(await findLeftovers(directorySpec(path))).toMatchObject([{ live: true }]);
  expect(await member?.run("clean")).toMatchObject({ left: [], incomplete: false });
  expect(readdirSync(path)).toEqual([]);
}, 30_000);

test("without a take-over, the data of a killed keeper can be cleaned up", async () => {
  const path = scratch();
  const [keeper, member] = await startHosts(path, 2);
  await Promise.all([keeper?.run("prepare"), member?.run("prepare")]);
  await keeper?.kill();
  await member?.run("clean");
  await member?.run("close");
  expect(await findLeftovers(directorySpec(path))).toMatchObject([
    { runId: "run-1", live: false, kept: false, problem: null },
  ]);
  const next = await openTarget(directorySpec(path), openOptions({ runId: "run-2" }));
  await next.clean();
  expect(readdirSync(path)).toEqual(["assay-run-1"]);
  expect(await cleanTarget(directorySpec(path), "run-1")).toMatchObject({ left: [] });
  expect(readdirSync(path)).toEqual([]);
}, 30_000);

test("a part that does not fit is refused before its first byte", async () => {
  const path = mountMemory("tmpfs", "size=16m");
  if (path === null) return;
  const [keeper, member] = await openHosts(directorySpec(path), 2, { datasets: [large] });
  await keeper.prepare(large, "present", { ...prepareOptions(), part: { host: 0, hosts: 2 } });
  const { bavail, bsize } = statfsSync(path);
  writeFileSync(join(path, "of-another-program"), Buffer.alloc((bavail - 700) * bsize));
  const options = { ...prepareOptions(), part: { host: 1, hosts: 2 } };
  await expect(member?.prepare(large, "present", options)).rejects.toThrow(
    /this host's part of dataset "files" needs 6\.1 MiB in .*, but only 2\.. MiB are free/,
  );
  expect(digests(join(path, "assay-run-1", "files")).length).toBe(4);
  expect(await keeper.clean()).toMatchObject({ left: [], incomplete: false });
});

test("a disk that becomes full for one host is reported, and the keeper removes all", async () => {
  const path = mountMemory("tmpfs", "size=16m");
  if (path === null) return;
  const spec = directorySpec(path);
  const [keeper, member] = await openHosts(spec, 2, { datasets: [large] });
  await keeper.prepare(large, "present", { ...prepareOptions(), part: { host: 0, hosts: 2 } });
  const { bsize } = statfsSync(path);
  let filled = false;
  const progress = (done: number) => {
    // Another program takes the space after the check.
    if (done === 0 || filled) return;
    filled = true;
    const left = statfsSync(path).bavail - 70;
    writeFileSync(join(path, "of-another-program"), Buffer.alloc(left * bsize));
  };
  const options = { ...prepareOptions(), progress, part: { host: 1, hosts: 2 } };
  await expect(member?.prepare(large, "present", options)).rejects.toThrow(
    /became full after .* of dataset "files".*the written files were removed/,
  );
  // The keeper's files remain until its cleanup.
  expect(digests(join(path, "assay-run-1", "files")).length).toBe(4);
  expect(await keeper.clean()).toMatchObject({ left: [], incomplete: false });
  rmSync(join(path, "of-another-program"));
  expect(readdirSync(path)).toEqual([]);
});
