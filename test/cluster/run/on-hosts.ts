import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Run } from "../../../src/model/run/run.ts";
import { assayProcess, type Going, startAssay } from "../../cli/assay.ts";
import { scratch } from "../../storage/support.ts";

/** A place for runs on several hosts: target, results, and state of the agents. */
export interface Place {
  readonly root: string;
  readonly target: string;
  readonly env: Readonly<Record<string, string>>;
}

export function makePlace(): Place {
  const root = scratch();
  const target = join(root, "target");
  mkdirSync(target);
  return { root, target, env: { XDG_STATE_HOME: join(root, "state"), ASSAY_OFFLINE: "1" } };
}

/** A scenario file that reads a dataset of 6 files. */
export function readScenario(root: string, duration = "1s"): string {
  const file = join(root, "s.yaml");
  const text = `name: on-hosts
title: On several hosts
description: A test.
datasets:
  data: { count: 6, size: 1MiB }
phases:
  - name: read
    dataset: data
    operation: fetch
    workers: 1
    duration: ${duration}
`;
  writeFileSync(file, text);
  return file;
}

const ALWAYS = ["--max-start-spread", "5s", "--offline"];

/** Hosts of a run: the value of `--hosts`, or options by which they dial in. */
type Hosts = string | readonly string[];

/** Runs `assay run` on local hosts, with the directory of the place as working directory. */
export function runOnHosts(place: Place, args: readonly string[], hosts: Hosts = "local:3") {
  return assayProcess(...callOf(place, args, hosts));
}

/** The same, for a test that intervenes. */
export function startOnHosts(place: Place, args: readonly string[], hosts: Hosts = "local:3") {
  return startAssay(...callOf(place, args, hosts));
}

function callOf({ root, env }: Place, args: readonly string[], hosts: Hosts) {
  const words = typeof hosts === "string" ? ["--hosts", hosts] : hosts;
  return [["run", ...args, ...words, ...ALWAYS], { cwd: root, env }] as const;
}

/** The stored runs, oldest first. */
export function storedRuns({ root }: Place): readonly Run[] {
  const results = join(root, "results");
  if (!existsSync(results)) return [];
  const files = readdirSync(results).map((name) => join(results, name, "run.json"));
  return files
    .filter((file) => existsSync(file))
    .map((file): Run => JSON.parse(readFileSync(file, "utf8")))
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

/** Whether the load of a run has produced intervals. */
export function hasLoad({ root }: Place): boolean {
  const results = join(root, "results");
  const files = existsSync(results)
    ? readdirSync(results).map((name) => join(results, name, "intervals.csv"))
    : [];
  return files.some(
    (file) => existsSync(file) && readFileSync(file, "utf8").split("\n").length > 4,
  );
}

/** Waits until a run has load. */
export async function untilLoad(place: Place, going: Going): Promise<void> {
  const untilMs = performance.now() + 90_000;
  while (!hasLoad(place)) {
    if (going.over() || performance.now() > untilMs) throw new Error(`no load\n${going.stderr()}`);
    await sleep(20);
  }
}
