import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openTarget, readToken, writeToken } from "../../../src/storage/index.ts";
import { digests, openHosts, prepareAll } from "../hosts.ts";
import { directorySpec, filesPlan, openOptions, prepareOptions, scratch } from "../support.ts";
import { slowMount } from "./slow-mount.ts";

const plan = filesPlan({ count: 31, filesPerDirectory: 4 });
const STEADY = prepareOptions();

/** Two clients of one file server, which cache names and attributes for 2 s. */
async function twoMounts() {
  const first = await slowMount({ attributesMs: 2000 });
  if (first === null) return null;
  const second = await slowMount({ attributesMs: 2000, backing: first.backing });
  return second === null ? null : { first, second };
}

test("hosts with different mounts of one file system share a run", async () => {
  const mounts = await twoMounts();
  if (mounts === null) return;
  const { first, second } = mounts;
  const [here, there] = [directorySpec(first.path), directorySpec(second.path)];
  // The token decides, because the device numbers differ.
  expect(statSync(first.path).dev).not.toBe(statSync(second.path).dev);
  expect(readdirSync(second.path)).toEqual([]);
  const options = openOptions({ datasets: [plan] });
  const keeper = await openTarget(here, options);
  expect(await readToken(there, "run-1", await writeToken(keeper))).toBeNull();
  const member = await openTarget(there, { ...options, member: true });
  // Both look at all files while they are missing, so that their clients cache it.
  for (const { path } of [first, second]) {
    expect(readdirSync(path)).toEqual(["assay-run-1"]);
    expect(statSync(join(path, "assay-run-1", "files"), { throwIfNoEntry: false })).toBe(undefined);
  }
  await prepareAll([keeper, member], [plan]);
  const alone = scratch();
  await prepareAll(await openHosts(directorySpec(alone), 1, { datasets: [plan] }), [plan]);
  const files = (path: string) => digests(join(path, "assay-run-1", "files"));
  expect(files(first.backing)).toEqual(files(alone));
  expect(files(second.path)).toEqual(files(alone));
  await member.close();
  expect(await keeper.clean()).toMatchObject({ left: [], incomplete: false });
  expect(readdirSync(first.backing)).toEqual([]);
}, 60_000);

test("hosts that remove and prepare files again do not act on cached attributes", async () => {
  const mounts = await twoMounts();
  if (mounts === null) return;
  const options = openOptions({ datasets: [plan] });
  const keeper = await openTarget(directorySpec(mounts.first.path), options);
  const member = await openTarget(directorySpec(mounts.second.path), { ...options, member: true });
  const sessions = [keeper, member];
  await prepareAll(sessions, [plan]);
  const before = digests(join(mounts.first.backing, "assay-run-1", "files"));
  for (const session of sessions) session.changed("files");
  for (const session of sessions) await session.prepare(plan, "absent", STEADY);
  await prepareAll(sessions, [plan]);
  expect(digests(join(mounts.first.backing, "assay-run-1", "files"))).toEqual(before);
  await keeper.clean();
}, 60_000);
