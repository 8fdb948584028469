import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  cleanTarget,
  findLeftovers,
  openTarget,
  readToken,
  writeToken,
} from "../../../src/storage/index.ts";
import { plan as planOf } from "../../scenario/support.ts";
import { digests, openHosts, prepareAll } from "../hosts.ts";
import { mountMemory } from "../loop.ts";
import {
  directorySpec,
  filesPlan,
  listener,
  openOptions,
  prepareOptions,
  rejection,
  scratch,
} from "../support.ts";

const plan = filesPlan({
  count: 23,
  filesPerDirectory: 5,
  size: { kind: "uniform", minBytes: 0, maxBytes: 9000 },
});
const STEADY = prepareOptions();

test("joining a run changes neither manifest nor holder", async () => {
  const path = scratch();
  const spec = directorySpec(path);
  const keeper = await openTarget(spec, openOptions({ datasets: [plan] }));
  const manifest = join(path, "assay-run-1", "manifest.json");
  const before = readFileSync(manifest, "utf8");
  const member = await openTarget(spec, openOptions({ datasets: [plan], member: true }));
  await member.prepare(plan, "present", { ...STEADY, part: { host: 1, hosts: 2 } });
  await member.keep();
  await member.clean();
  await member.close();
  expect(readFileSync(manifest, "utf8")).toBe(before);
  expect(readdirSync(path)).toEqual(["assay-run-1"]);
  expect(await findLeftovers(spec)).toMatchObject([{ runId: "run-1", live: true }]);
  await keeper.clean();
});

test("joining a run is refused with a sentence if this host sees no such run", async () => {
  const path = scratch();
  const spec = directorySpec(path);
  const startedMs = performance.now();
  const error = await rejection(openTarget(spec, openOptions({ member: true })));
  expect(error.message).toMatch(/this host sees no data of run run-1 in .*different storage/);
  expect(performance.now() - startedMs).toBeGreaterThan(4900);
  expect(readdirSync(path)).toEqual([]);
}, 20_000);

test("joining a run waits until the keeper has opened the run", async () => {
  const spec = directorySpec(scratch());
  const joining = openTarget(spec, openOptions({ member: true }));
  setTimeout(() => void openTarget(spec, openOptions()), 300);
  const member = await joining;
  expect(member.location).toMatchObject({ root: expect.stringMatching(/assay-run-1$/) });
  await member.close();
});

test("joining a run finds kept data of an earlier run that the keeper reuses", async () => {
  const path = scratch();
  const spec = directorySpec(path);
  const first = await openTarget(spec, openOptions({ datasets: [plan] }));
  await first.prepare(plan, "present", STEADY);
  await first.keep();
  await first.close();
  const changes = { runId: "run-2", datasets: [plan], reuse: true };
  const [keeper, member] = await openHosts(spec, 2, changes);
  // The run's id of the data leads to it as well.
  const byData = await openTarget(spec, openOptions({ datasets: [plan], member: true }));
  expect(byData.location).toEqual(keeper.location);
  expect([keeper.reused, member?.reused, byData.reused]).toEqual([true, true, true]);
  expect(member?.location).toEqual(keeper.location);
  await prepareAll([keeper, member ?? keeper], [plan]);
  expect(digests(join(path, "assay-run-1", "files")).length).toBe(23);
});

test("joining a run of another run is refused as interference", async () => {
  const spec = directorySpec(scratch());
  const [keeper] = await openHosts(spec, 2);
  const error = await rejection(openTarget(spec, openOptions({ runId: "run-2" })));
  expect(error.message).toMatch(/run run-1 is active in .*two concurrent runs/);
  await expect(cleanTarget(spec, "run-1")).rejects.toThrow(/is active/);
  await keeper.clean();
});

test("joining a run applies cache policies to this host, for the whole dataset", async () => {
  const spec = directorySpec(scratch());
  const sessions = await openHosts(spec, 2, { datasets: [plan] });
  await prepareAll(sessions, [plan]);
  for (const session of sessions) {
    const location = await session.prepare(plan, "present", STEADY);
    expect(await session.setCache?.(location, "warm")).toEqual([]);
    expect(await session.residency(location, "warm")).toBe(1);
  }
});

test("the token of a run tells by content whether a host has the same storage", async () => {
  const [here, elsewhere] = [scratch(), scratch()];
  const [keeper] = await openHosts(directorySpec(here), 1);
  const token = await writeToken(keeper);
  expect(token).toMatch(/^[0-9a-f]{32}$/);
  expect(await readToken(directorySpec(here), "run-1", token)).toBeNull();
  symlinkSync(here, join(elsewhere, "link"));
  expect(await readToken(directorySpec(join(elsewhere, "link")), "run-1", token)).toBeNull();
  expect(await readToken(directorySpec(elsewhere), "run-1", token, 50)).toMatch(
    /this host sees no data of run run-1/,
  );
  const missing = await readToken(directorySpec(join(elsewhere, "no")), "run-1", token);
  expect(missing).toMatch(/does not exist/);
  await keeper.clean();
  expect(readdirSync(here)).toEqual([]);
});

test("the token of the same run id in another file system differs", async () => {
  const paths = [scratch(), scratch()] as const;
  const [first] = await openHosts(directorySpec(paths[0]), 1);
  const [second] = await openHosts(directorySpec(paths[1]), 1);
  const token = await writeToken(first);
  await writeToken(second);
  const reason = await readToken(directorySpec(paths[1]), "run-1", token, 50);
  expect(reason).toBe("the data of run run-1 on this host has another token");
});

test("opening with a warning listener joins silently", async () => {
  const spec = directorySpec(scratch());
  const { warnings, onWarning } = listener();
  const [keeper] = await openHosts(spec, 2, { onWarning });
  expect(warnings).toEqual([]);
  await keeper.clean();
});

test("joining a run checks the plan, but not the space of data that the keeper has", async () => {
  const path = mountMemory("tmpfs", "size=1m");
  if (path === null) return;
  const spec = directorySpec(path);
  const text = `name: small
datasets: { files: { count: 12, size: 64KiB } }
phases:
  - { name: read, dataset: files, operation: read, access: random, blockSize: 4KiB, duration: 1s }`;
  const run = planOf(text);
  const options = openOptions({ datasets: run.datasets, plan: run });
  const keeper = await openTarget(spec, options);
  for (const dataset of run.datasets) await keeper.prepare(dataset, "present", STEADY);
  await expect(openTarget(spec, { ...options, runId: "run-2" })).rejects.toThrow(/is active/);
  const member = await openTarget(spec, { ...options, member: true });
  await member.close();
  await keeper.close();
  await expect(openTarget(spec, { ...options, runId: "run-2" })).rejects.toThrow(/are free/);
});

test("joining a run with other datasets is an internal error", async () => {
  const spec = directorySpec(scratch());
  const [keeper] = await openHosts(spec, 1, { datasets: [plan] });
  const other = openOptions({ datasets: [{ ...plan, seed: 1 }], member: true });
  await expect(openTarget(spec, other)).rejects.toThrow("the keeper has other datasets");
  await keeper.clean();
});

test("joining a run uses the data that an earlier run of the command handed over", async () => {
  const path = scratch();
  const spec = directorySpec(path);
  const first = await openTarget(spec, openOptions({ datasets: [plan] }));
  await first.prepare(plan, "present", STEADY);
  await first.handOver?.();
  await first.close();
  const changes = { runId: "run-2", datasets: [plan], sharedFrom: "run-1" };
  const sessions = await openHosts(spec, 2, changes);
  expect(sessions.map(({ sharedFrom }) => sharedFrom)).toEqual(["run-1", "run-1"]);
  await prepareAll(sessions, [plan]);
  await sessions[1]?.clean();
  expect(await sessions[0].clean()).toMatchObject({ left: [], incomplete: false });
  expect(readdirSync(path)).toEqual([]);
});
