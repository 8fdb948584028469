import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cleanTarget, findLeftovers, openTarget } from "../../../src/storage/index.ts";
import { digests, openHosts, prepareAll } from "../hosts.ts";
import { directorySpec, filesPlan, openOptions, prepareOptions, scratch } from "../support.ts";

const plan = filesPlan({
  count: 23,
  filesPerDirectory: 5,
  size: { kind: "uniform", minBytes: 0, maxBytes: 9000 },
});
const STEADY = prepareOptions();

test("a member that takes over holds and removes the data", async () => {
  const path = scratch();
  const spec = directorySpec(path);
  await prepareAll(await openHosts(spec, 3, { datasets: [plan] }), [plan]);
  const manifest = join(path, "assay-run-1", "manifest.json");
  const changed = JSON.parse(readFileSync(manifest, "utf8"));
  // The keeper is on another host, which has just sent a heartbeat.
  const elsewhere = { ...changed, holder: { ...changed.holder, host: "lost", bootId: "other" } };
  writeFileSync(manifest, JSON.stringify(elsewhere));
  const late = await openTarget(spec, openOptions({ datasets: [plan], member: true }));
  await expect(cleanTarget(spec, "run-1")).rejects.toThrow(/is active/);
  await late.takeOver?.();
  expect(await findLeftovers(spec)).toMatchObject([{ live: true, host: changed.holder.host }]);
  expect(await late.clean()).toMatchObject({ left: [], incomplete: false });
  expect(readdirSync(path)).toEqual([]);
});

test("a member that takes over is refused if the data is gone", async () => {
  const [keeper, member] = await openHosts(directorySpec(scratch()), 2, { datasets: [plan] });
  await keeper.clean();
  await expect(member?.takeOver?.()).rejects.toThrow(/is gone/);
});

test("a member that takes over is refused if another member was faster", async () => {
  const path = scratch();
  const [keeper, member] = await openHosts(directorySpec(path), 2, { datasets: [plan] });
  const manifest = join(path, "assay-run-1", "manifest.json");
  const changed = JSON.parse(readFileSync(manifest, "utf8"));
  const holder = { ...changed.holder, host: "c", bootId: "other", processStart: "1" };
  writeFileSync(manifest, JSON.stringify({ ...changed, holder }));
  await expect(member?.takeOver?.()).rejects.toThrow(/on c has taken over .*assay-run-1/);
  writeFileSync(manifest, JSON.stringify(changed));
  await keeper.clean();
});

test("a member that takes over makes a keeper that comes back remove nothing", async () => {
  const path = scratch();
  const spec = directorySpec(path);
  const [keeper] = await openHosts(spec, 1, { datasets: [plan] });
  await keeper.prepare(plan, "present", STEADY);
  const manifest = join(path, "assay-run-1", "manifest.json");
  const changed = JSON.parse(readFileSync(manifest, "utf8"));
  const holder = { ...changed.holder, host: "b", pid: 7, processStart: "1", bootId: "other" };
  writeFileSync(manifest, JSON.stringify({ ...changed, holder }));
  const report = await keeper.clean();
  expect(report.left.join()).toMatch(/process 7 on b has taken over .*, and removes its data/);
  await keeper.close();
  expect(digests(join(path, "assay-run-1", "files")).length).toBe(23);
  expect(JSON.parse(readFileSync(manifest, "utf8")).holder.host).toBe("b");
});
