import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { writeCredentials } from "../../../src/cli/testbed/nats-credentials.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { NATS_PROGRAM } from "../../../src/testbed/nats/nats.ts";
import { findBinary } from "../../../src/testbed/program/program.ts";
import { type Going, startAssay } from "../../cli/assay.ts";
import { processesThatShow } from "../carriers/processes.ts";
import { makePlace, type Place } from "../run/on-hosts.ts";
import { GROUP, MAX_AGENTS, SECRETS } from "./group.ts";

const log = (line: string) => void process.stderr.write(`${line}\n`);
const binary = await findBinary(NATS_PROGRAM, process.env, log);
/** Why tests of the command with a server are skipped; null if they run. */
export const PROBLEM = binary === null ? "there is no nats-server and no Go to build it" : null;
if (PROBLEM !== null) log(`skipped: ${PROBLEM}`);

/** Time in which processes end that are told to, on a busy host. */
const GONE_MS = 60_000;

/** A place whose processes have temporary directories below it, and find nats-server. */
export function makeDialPlace(): Place {
  const place = makePlace();
  const TMPDIR = join(place.root, "tmp");
  mkdirSync(TMPDIR);
  const PATH = `${dirname(binary ?? "")}:${process.env.PATH}`;
  return { ...place, env: { ...place.env, TMPDIR, PATH } };
}

/** A scenario that creates files and reads prepared ones. */
export function twoPhases({ root }: Place): string {
  const file = join(root, "two-phases.yaml");
  const text = `name: two-phases
title: Two phases
description: A test.
datasets:
  made: { count: 30, size: 4KiB }
  data: { count: 6, size: 1MiB }
phases:
  - { name: create, dataset: made, operation: create, workers: 1, operations: 30 }
  - { name: read, dataset: data, operation: fetch, workers: 1, duration: 1s }
`;
  writeFileSync(file, text);
  return file;
}

/** Credentials files for a server with the users of tests. */
export function credentialsFiles({ root }: Place, url: string) {
  return writeCredentials(
    join(root, "keys"),
    { url, group: GROUP, ca: null, agents: MAX_AGENTS },
    SECRETS,
  );
}

/** Starts an agent as a user does by hand. */
export function startDialledAgent(
  { root, env }: Place,
  file: string,
  allow: string,
  more: readonly string[] = [],
): Going {
  const words = ["agent", "--nats-credentials", file, "--allow", allow, ...more];
  return startAssay(words, { cwd: root, env });
}

/** Expects that the processes of a place have ended, and that no server has left its directory. */
export async function expectNothingLeft({ root, target, env }: Place): Promise<void> {
  await expect.poll(() => processesThatShow(root), { timeout: GONE_MS }).toEqual([]);
  expect(readdirSync(env.TMPDIR ?? "").filter((name) => name.startsWith("assay-"))).toEqual([]);
  expect(readdirSync(target)).toEqual([]);
}

/** Expects that the summaries of a phase have what its hosts did together, in all intervals. */
export function expectMerged({ root }: Place, run: Run): void {
  const folder = join(root, "results", run.id);
  const hosts = readdirSync(join(folder, "hosts"));
  expect(hosts).toHaveLength(run.hosts?.length ?? 0);
  for (const { phase, hosts: parts = [], summaries } of run.phases) {
    const { name } = phase;
    const sum = parts.reduce((total, { operations }) => total + operations, 0);
    expect(sum).toBeGreaterThan(0);
    expect(summaries[0]?.operations).toBe(sum);
    expect(operationsOf(join(folder, "intervals.csv"), name)).toBe(sum);
    const own = hosts.map((host) =>
      operationsOf(join(folder, "hosts", host, "intervals.csv"), name),
    );
    expect(own).toEqual(parts.map(({ operations }) => operations));
  }
}

/** Operations in the intervals of a phase, which follow each other without a gap. */
function operationsOf(file: string, phase: string): number {
  const [header = "", ...rows] = readFileSync(file, "utf8").trimEnd().split("\n");
  const keys = header.split(",");
  const value = (row: string, key: string) => row.split(",")[keys.indexOf(key)] ?? "";
  const own = rows.filter((row) => value(row, "phase") === phase);
  const indexes = [...new Set(own.map((row) => Number(value(row, "interval"))))];
  expect(indexes).toEqual(indexes.map((_, index) => index));
  return own.reduce((sum, row) => sum + Number(value(row, "operations")), 0);
}

/** Texts of all files that a run has stored. */
export function storedTexts({ root }: Place): string {
  const results = join(root, "results");
  const files = readdirSync(results, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), "latin1"))
    .join("\n");
}
