import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mountMemory } from "../../storage/loop.ts";
import {
  hasLoad,
  makePlace,
  type Place,
  readScenario,
  runOnHosts,
  startOnHosts,
  storedRuns,
} from "./on-hosts.ts";

/** Process that holds the data of the only run in the target of a place. */
function holderOf({ target }: Place): number {
  const [name = ""] = readdirSync(target);
  const { holder } = JSON.parse(readFileSync(join(target, name, "manifest.json"), "utf8"));
  return holder.pid;
}

// An agent that ends in order would remove the data that it still holds, under the others' load.
test.each(["SIGKILL", "SIGTERM"] as const)(
  "another host takes over the data of a keeper at %s, and removes it",
  async (signal) => {
    const place = makePlace();
    const file = readScenario(place.root, "8s");
    const going = startOnHosts(place, [file, "--target", place.target]);
    await expect.poll(() => hasLoad(place), { timeout: 40_000 }).toBe(true);
    process.kill(holderOf(place), signal);
    expect(await going.ended).toMatchObject({ code: 3 });
    const [run] = storedRuns(place);
    expect(run?.state).toBe("partial");
    expect(run?.hosts?.map(({ state }) => state)).toEqual(["partial", "complete", "complete"]);
    expect(run?.warnings.map(({ code }) => code)).not.toContain("not-removed");
    const [, ...others] = run?.phases[0]?.hosts ?? [];
    expect(others.map(({ errors }) => errors)).toEqual([0, 0]);
    expect(readdirSync(place.target)).toEqual([]);
  },
  90_000,
);

test("a target that a host does not have is refused with the host's name, once", async () => {
  const place = makePlace();
  const file = readScenario(place.root);
  const ended = await runOnHosts(place, [file, "--target", join(place.root, "none")], "local:2");
  expect(ended.code).toBe(3);
  expect(ended.stderr).toContain(": local:0: the target directory");
  expect(ended.stderr).not.toMatch(/local:0: local:0|was lost/);
}, 90_000);

test("a killed member leaves nothing", async () => {
  const place = makePlace();
  const file = readScenario(place.root, "8s");
  const going = startOnHosts(place, [file, "--target", place.target], "local:2");
  await expect.poll(() => hasLoad(place), { timeout: 40_000 }).toBe(true);
  const keeper = holderOf(place);
  const status = readFileSync(`/proc/${keeper}/stat`, "utf8");
  const parent = Number(status.slice(status.lastIndexOf(")") + 2).split(" ")[1]);
  const member = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== keeper)
    .find((name) => parentOf(name) === parent);
  process.kill(Number(member), "SIGKILL");
  expect(await going.ended).toMatchObject({ code: 3 });
  expect(storedRuns(place)[0]?.hosts?.map(({ state }) => state)).toEqual(["complete", "partial"]);
  expect(readdirSync(place.target)).toEqual([]);
}, 90_000);

function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    // The process has ended.
    return null;
  }
}

test("hosts with their own directories have their own datasets", async () => {
  const place = makePlace();
  const paths = ["a", "b", "c"].map((name) => join(place.root, name));
  for (const path of paths) mkdirSync(path);
  const targets = join(place.root, "targets.yaml");
  const path = "{ default: a, local:1: b, local:2: c, lokal:3: d }";
  writeFileSync(targets, `targets: { own: { kind: directory, path: ${path} } }`);
  const args = [readScenario(place.root), "--targets", targets, "--target", "own"];
  expect(await runOnHosts(place, [...args, "--keep-data"])).toMatchObject({ code: 0 });
  const [run] = storedRuns(place);
  expect(run?.hostScope).toBe("private");
  expect(run?.warnings.map(({ message }) => message).join()).toMatch(
    /the target has paths for lokal:3, which --hosts does not name/,
  );
  expect(run?.phases[0]?.hosts?.every(({ operations }) => operations > 0)).toBe(true);
  for (const own of paths) {
    const [name = ""] = readdirSync(own);
    expect(readdirSync(join(own, name, "data"), { recursive: true }).length).toBe(6);
  }
  expect(await runOnHosts(place, [...args, "--reuse-data"])).toMatchObject({ code: 0 });
  expect(storedRuns(place)[1]?.reusedData).toBe(true);
}, 120_000);

test("a host without a part of a phase learns that it renamed files", async () => {
  const place = makePlace();
  const file = join(place.root, "renames.yaml");
  const text = `name: renames
title: Renames
description: A test.
datasets:
  data: { count: 60, size: 4KiB }
phases:
  - { name: rename, dataset: data, operation: rename, hosts: 2, workers: 1, operations: 31 }
  - { name: read, dataset: data, operation: fetch, workers: 1, cache: warm, duration: 1s }
`;
  writeFileSync(file, text);
  const ended = await runOnHosts(place, [file, "--target", place.target]);
  expect(ended).toMatchObject({ code: 0 });
  const [renamed, read] = storedRuns(place)[0]?.phases ?? [];
  expect(renamed?.hosts?.length).toBe(2);
  expect(renamed?.summaries[0]?.operations).toBe(31);
  expect(read?.summaries[0]).toMatchObject({ errors: 0 });
  expect(readdirSync(place.target)).toEqual([]);
}, 60_000);

test("hosts share kept data, and reuse it", async () => {
  const place = makePlace();
  const args = [readScenario(place.root), "--target", place.target];
  expect(await runOnHosts(place, [...args, "--keep-data"])).toMatchObject({ code: 0 });
  const [name = ""] = readdirSync(place.target);
  expect(readdirSync(place.target)).toEqual([name]);
  const files = () => readdirSync(join(place.target, name, "data"), { recursive: true });
  expect(files().length).toBe(6);
  expect(await runOnHosts(place, [...args, "--reuse-data"])).toMatchObject({ code: 0 });
  const runs = storedRuns(place);
  expect(runs.map(({ reusedData }) => reusedData)).toEqual([undefined, true]);
  expect(readdirSync(place.target)).toEqual([name]);
  expect(files().length).toBe(6);
  const other = await runOnHosts(makePlaceIn(place), [...args, "--reuse-data"]);
  expect(other).toMatchObject({ code: 3 });
  expect(other.stderr).toMatch(/--reuse-data: .* has no kept data/);
}, 120_000);

/** The same place with an empty target. */
function makePlaceIn(place: Place): Place {
  for (const name of readdirSync(place.target)) {
    const manifest = join(place.target, name, "manifest.json");
    const text = readFileSync(manifest, "utf8");
    writeFileSync(manifest, text.replace('"kept": true', '"kept": false'));
  }
  return place;
}

test("a disk that is too small on one host is refused with its name", async () => {
  const small = mountMemory("tmpfs", "size=3m");
  if (small === null) return;
  const place = makePlace();
  const targets = join(place.root, "targets.yaml");
  const path = `{ default: ${place.target}, local:1: ${small} }`;
  writeFileSync(targets, `targets: { own: { kind: directory, path: ${path} } }`);
  const args = [readScenario(place.root), "--targets", targets, "--target", "own"];
  const ended = await runOnHosts(place, args, "local:2");
  expect(ended).toMatchObject({ code: 3 });
  expect(ended.stderr).toMatch(/local:1: .*"data" needs .* are free/);
  expect([readdirSync(place.target), readdirSync(small)]).toEqual([[], []]);
}, 60_000);

test("a state directory that cannot be written is refused with its host and variable", async () => {
  const place = makePlace();
  const file = readScenario(place.root);
  writeFileSync(join(place.root, "state"), "mine");
  const ended = await runOnHosts(place, [file, "--target", place.target], "local:2");
  expect(ended).toMatchObject({ code: 3 });
  expect(ended.stderr).toMatch(
    /cannot store results in .*state.*; choose another directory with XDG_STATE_HOME on local:0/,
  );
  expect(ended.stderr).not.toContain("--results");
  expect(readdirSync(place.target)).toEqual([]);
}, 60_000);
