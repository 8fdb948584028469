import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Run } from "../../../src/model/run/run.ts";
import { assayProcess, startAssay } from "../../cli/assay.ts";
import { scratch } from "../../storage/support.ts";

/** A place for one run on several hosts: target, results, and state of the agents. */
function place() {
  const root = scratch();
  const target = join(root, "target");
  mkdirSync(target);
  const state = join(root, "state");
  return { root, target, state, env: { XDG_STATE_HOME: state, ASSAY_OFFLINE: "1" } };
}

function scenario(root: string, phases: string): string {
  const file = join(root, "s.yaml");
  writeFileSync(
    file,
    `name: on-hosts
title: On several hosts
description: A test.
datasets:
  data: { count: 6, size: 1MiB }
phases:
${phases}`,
  );
  return file;
}

function storedRun(root: string): { run: Run; folder: string } {
  const [name = ""] = readdirSync(join(root, "results"));
  const folder = join(root, "results", name);
  return { folder, run: JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) };
}

const READ = `  - name: read
    dataset: data
    operation: read
    access: random
    blockSize: 4KiB
    cache: warm
    engine: sync
    workers: 1
    duration: 1s
`;

describe("a run on three processes of this host", () => {
  test("merges what each of them did, and leaves nothing", async () => {
    const { root, target, state, env } = place();
    const file = scenario(root, READ);
    const ended = await assayProcess(
      [
        "run",
        file,
        "--target",
        target,
        "--hosts",
        "local:3",
        "--max-start-spread",
        "5s",
        "--offline",
      ],
      { cwd: root, env },
    );
    expect(ended).toMatchObject({ code: 0 });
    const { run, folder } = storedRun(root);
    expect(run.hosts?.map(({ name }) => name)).toEqual(["local:0", "local:1", "local:2"]);
    expect(run.hostScope).toBe("shared");
    const [phase] = run.phases;
    const hosts = phase?.hosts ?? [];
    expect(hosts).toHaveLength(3);
    const sum = hosts.reduce((total, { operations }) => total + operations, 0);
    expect(phase?.summaries[0]?.operations).toBe(sum);
    expect(phase?.summaries[0]?.latency?.count).toBeGreaterThanOrEqual(sum);
    expect(readdirSync(target)).toEqual([]);
    const kept = join(state, "assay", "agent");
    expect(existsSync(kept) ? readdirSync(kept) : []).toEqual([]);
    for (const host of ["0-local-0", "1-local-1", "2-local-2"]) {
      const report = await assayProcess(["report", join(folder, "hosts", host)], { cwd: root });
      expect(report.code).toBe(0);
    }
  });
});

describe("a run on two processes of this host", () => {
  test("is ended by Ctrl-C, keeps what was measured and cleans", async () => {
    const { root, target, env } = place();
    const file = scenario(root, READ.replace("1s", "60s"));
    const going = startAssay(
      [
        "run",
        file,
        "--target",
        target,
        "--hosts",
        "local:2",
        "--max-start-spread",
        "5s",
        "--offline",
      ],
      {
        cwd: root,
        env,
      },
    );
    await expect.poll(() => existsSync(join(root, "results")), { timeout: 30_000 }).toBe(true);
    await expect
      .poll(() => readdirSync(join(root, "results")).some((name) => hasRows(root, name)), {
        timeout: 30_000,
      })
      .toBe(true);
    going.send("SIGINT");
    expect(await going.ended).toMatchObject({ code: 130 });
    const { run, folder } = storedRun(root);
    expect(run.state).toBe("partial");
    expect(run.hosts?.map(({ state }) => state)).toEqual(["partial", "partial"]);
    const own = JSON.parse(readFileSync(join(folder, "hosts", "0-local-0", "run.json"), "utf8"));
    expect(own).toMatchObject({ state: "partial", hosts: [{ rank: 0, state: "partial" }] });
    expect(run.phases[0]?.summaries[0]?.operations).toBeGreaterThan(0);
    expect(readdirSync(target)).toEqual([]);
  });
});

function hasRows(root: string, name: string): boolean {
  const file = join(root, "results", name, "intervals.csv");
  return existsSync(file) && readFileSync(file, "utf8").split("\n").length > 4;
}
