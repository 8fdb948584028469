import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makePlace, type Place, runOnHosts, storedRuns } from "./on-hosts.ts";

/** A scenario with less work than three hosts with a worker each. */
function fewScenario({ root }: Place): string {
  const file = join(root, "few.yaml");
  const text = `name: few
title: Fewer objects than hosts
description: A test.
datasets:
  data: { count: 2, size: 64KiB }
phases:
  - { name: pass, dataset: data, operation: fetch, workers: 1, epochs: 1 }
  - { name: count, dataset: data, operation: fetch, workers: 1, operations: 2 }
`;
  writeFileSync(file, text);
  return file;
}

/** State and operations of each host, by phase. */
function doneIn(place: Place) {
  const [run] = storedRuns(place);
  expect(run).toMatchObject({ state: "complete" });
  return run?.phases.map(({ state, hosts = [] }) => [
    state,
    ...hosts.map((host) => `${host.state} ${host.operations}`).toSorted(),
  ]);
}

test("a host without a part of the shared objects takes part, and has nothing to do", async () => {
  const place = makePlace();
  const args = [fewScenario(place), "--target", place.target];
  expect(await runOnHosts(place, args)).toMatchObject({ code: 0 });
  const few = ["complete", "complete 0", "complete 1", "complete 1"];
  expect(doneIn(place)).toEqual([few, few]);
  const [run] = storedRuns(place);
  expect(run?.phases[0]?.warnings.map(({ message }) => message).join()).toMatch(
    /1 of 3 hosts had nothing to do: local:\d\. /,
  );
  expect(readdirSync(place.target)).toEqual([]);
}, 60_000);

test("a host whose share of a count is 0 takes part, and its data is removed", async () => {
  const place = makePlace();
  for (const name of ["a", "b", "c"]) mkdirSync(join(place.root, name));
  const targets = join(place.root, "targets.yaml");
  const path = "{ default: a, local:1: b, local:2: c }";
  writeFileSync(targets, `targets: { own: { kind: directory, path: ${path} } }`);
  const args = [fewScenario(place), "--targets", targets, "--target", "own"];
  expect(await runOnHosts(place, args)).toMatchObject({ code: 0 });
  expect(doneIn(place)).toEqual([
    ["complete", "complete 2", "complete 2", "complete 2"],
    ["complete", "complete 0", "complete 1", "complete 1"],
  ]);
  for (const name of ["a", "b", "c"]) expect(readdirSync(join(place.root, name))).toEqual([]);
}, 60_000);
