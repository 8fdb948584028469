import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import type { DatasetPlan } from "../../src/model/plan/dataset.ts";
import type { TargetSpec } from "../../src/model/target/target.ts";
import { openTarget } from "../../src/storage/index.ts";
import type { OpenOptions, TargetSession } from "../../src/storage/target/target.ts";
import type { HostCommand, HostWork } from "./host-process.ts";
import { openOptions, prepareOptions } from "./support.ts";

/** Sessions of a run on several hosts in this process: the keeper first, then the members. */
export async function openHosts(
  spec: TargetSpec,
  hosts: number,
  changes: Partial<OpenOptions> = {},
): Promise<readonly [TargetSession, ...TargetSession[]]> {
  const options = openOptions(changes);
  const keeper = await openTarget(spec, options);
  const sessions: [TargetSession, ...TargetSession[]] = [keeper];
  onTestFinished(async () => {
    for (const session of sessions.toReversed()) await session.close();
  });
  while (sessions.length < hosts) {
    sessions.push(await openTarget(spec, { ...options, reuse: false, member: true }));
  }
  return sessions;
}

/** Prepares datasets by all hosts at the same time, each its part; then all hosts check them. */
export async function prepareAll(
  sessions: readonly TargetSession[],
  datasets: readonly DatasetPlan[],
): Promise<void> {
  const hosts = sessions.length;
  const options = prepareOptions();
  for (const dataset of datasets) {
    const prepared = sessions.map((session, host) =>
      session.prepare(dataset, "present", { ...options, part: { host, hosts } }),
    );
    await Promise.all(prepared);
    for (const session of sessions) await session.prepare(dataset, "present", options);
  }
}

/** Paths below a directory with a digest of the content of each file, in order of name. */
export function digests(folder: string): readonly string[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort()
    .map((name) => `${name} ${digest(readFileSync(join(folder, name)))}`);
}

export function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A host as a process of its own; see `host-process.ts`. */
export interface HostProcess {
  readonly child: ChildProcess;
  /** Token of the keeper, or null for a member. */
  readonly opened: unknown;
  run(command: HostCommand): Promise<unknown>;
  kill(): Promise<void>;
}

/** Starts a host as a process; it is killed at the end of the test. */
export async function startHost(work: HostWork): Promise<HostProcess> {
  const script = join(import.meta.dirname, "host-process.ts");
  const child = spawn(process.execPath, [script, JSON.stringify(work)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  onTestFinished(kill);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const line = await lines.next();
    if (line.done === true) throw new Error("the process of a host ended");
    return JSON.parse(line.value) as unknown;
  };
  const run = (command: HostCommand) => {
    child.stdin.write(`${command}\n`);
    return next();
  };
  return { child, opened: await next(), run, kill };
}
