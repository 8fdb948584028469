// @module-tag truth
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { claimNamed, loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { verify } from "../../../src/claim/index.ts";
import { withHostRuns } from "../../../src/cli/hosts/host-runs.ts";
import type { Claim } from "../../../src/model/claim/claim.ts";
import { readRun } from "../../../src/run/store/read.ts";
import { timeLinesOf } from "../../../src/run/store/read-time-line.ts";
import { startVolume, type Volume } from "../../../src/testbed/volume/start.ts";
import { canEmulate, SCRATCH, useScratch } from "../../testbed/volume/support.ts";

const PROGRAM = fileURLToPath(new URL("../../../bin/assay.mjs", import.meta.url));
const IOPS = 3000;
const HOSTS = ["a", "b", "c"];

useScratch();
const possible = test.skipIf(!(await canEmulate()));

const { claims } = await loadCatalogue();
const provisioned = claimNamed(claims, "ebs.gp3.iops.provisioned");

/** What no client exceeds: the sum of three would refute it. */
function ceiling(iops: number): Claim {
  const { examples: _, ...rest } = provisioned;
  return {
    ...rest,
    id: "test.client",
    scope: "client",
    role: "ceiling",
    relation: "<=",
    value: String(iops),
    tolerance: 0.1,
    examples: [],
  };
}

/** Loads volumes from three agents, each a machine of its own, and verifies claims about them. */
async function verified(volumes: readonly Volume[], asked: readonly Claim[]) {
  const folder = join(SCRATCH, `run-${volumes.length}`);
  mkdirSync(folder);
  const pathOf = (at: number) => (volumes[at] ?? volumes[0])?.path ?? "";
  const procsOf = (at: number) => (volumes[at] ?? volumes[0])?.procs ?? "";
  const ssh = join(folder, "ssh");
  const cases = HOSTS.map((host, at) => `${host}) echo $$ > ${procsOf(at)} ;;`).join("\n");
  writeFileSync(
    ssh,
    '#!/bin/sh\nwhile [ "$1" != "--" ]; do shift; done\nhost=$2; shift 2\n' +
      `case $host in\n${cases}\nesac\nASSAY_MACHINE_ID=$host exec sh -c "$*"\n`,
  );
  chmodSync(ssh, 0o755);
  writeFileSync(
    join(folder, "targets.yaml"),
    "targets:\n  gp3:\n    kind: ebs-gp3\n" +
      `    path: { default: ${pathOf(0)}, b: ${pathOf(1)}, c: ${pathOf(2)} }\n` +
      `    provisioned: { size: 8GiB, iops: ${IOPS}, origin: empty }\n    emulated: { scale: 1 }\n`,
  );
  writeFileSync(
    join(folder, "s.yaml"),
    "name: volumes\ndatasets: { data: { count: 6, size: 16MiB } }\nrepetitions: 3\n" +
      "phases:\n  - { name: read, operation: read, access: random, blockSize: 4KiB, " +
      "cache: direct, workers: 1, queueDepth: 16, warmup: 1s, duration: 11s }\n",
  );
  const results = join(folder, "results");
  const words = ["run", "s.yaml", "--targets", "targets.yaml", "-t", "gp3", "--offline"];
  const hosts = ["--hosts", HOSTS.join(","), "--ssh", ssh, "--max-start-spread", "5s"];
  const remote = ["--remote", `${process.execPath} ${PROGRAM}`];
  const all = [PROGRAM, ...words, ...hosts, ...remote, "--results", results];
  const child = spawn(process.execPath, [...all, "--print", "nothing"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, XDG_STATE_HOME: folder },
  });
  const exit = once(child, "exit");
  let told = "";
  for await (const text of child.stderr) told += String(text);
  expect([await exit.then(([code]) => code), told]).toEqual([0, told]);
  const [id = ""] = readdirSync(results);
  const stored = await withHostRuns([await readRun(join(results, id), results)]);
  const runs = stored.map(({ run }) => run);
  return { run: runs[0], verdicts: verify(asked, runs, timeLinesOf(stored)) };
}

async function onVolumes(count: number, use: (volumes: readonly Volume[]) => Promise<void>) {
  const volumes: Volume[] = [];
  try {
    for (let at = 0; at < count; at++) {
      const options = {
        kind: "gp3",
        iops: IOPS,
        sizeBytes: 256 * 2 ** 20,
        folder: SCRATCH,
      } as const;
      const volume = await startVolume(options);
      if ("unavailable" in volume) throw new Error(volume.unavailable);
      volumes.push(volume);
    }
    await use(volumes);
  } finally {
    for (const volume of volumes) await volume.stop();
  }
}

const rates = (run: Awaited<ReturnType<typeof verified>>["run"]) =>
  (run?.phases ?? []).map(({ summaries }) => summaries[0]?.operationsPerSecond ?? 0);

describe("three agents", { timeout: 300_000 }, () => {
  possible("on one volume of 3,000 IOPS sum to 3,000: 1 + 1 + 1 = 1", async () => {
    await onVolumes(1, async (volumes) => {
      const { run, verdicts } = await verified(volumes, [provisioned, ceiling(1500)]);
      expect(run?.hostScope).toBe("shared");
      for (const rate of rates(run)) expect(Math.abs(rate / IOPS - 1)).toBeLessThan(0.02);
      const [system, client] = verdicts;
      expect(system?.outcome, system?.reason.words).not.toBe("refuted");
      expect(Math.abs((system?.measured?.value ?? 0) / IOPS - 1)).toBeLessThan(0.02);
      expect(system?.clients).toEqual([{ count: 3, host: null }]);
      // About 1,000 each; the sum would refute it.
      expect(client?.clients?.[0]?.count).toBe(1);
      expect(client?.outcome).not.toBe("refuted");
      expect(client?.measured?.value).toBeLessThan(1500);
    });
  });

  possible("on a volume each sum to 9,000, and each is compared with 3,000", async () => {
    await onVolumes(3, async (volumes) => {
      const { run, verdicts } = await verified(volumes, [provisioned, ceiling(IOPS)]);
      expect(run?.hostScope).toBe("private");
      for (const rate of rates(run)) expect(Math.abs(rate / (3 * IOPS) - 1)).toBeLessThan(0.03);
      const [system, client] = verdicts;
      expect(system?.outcome, system?.reason.words).not.toBe("refuted");
      expect(system?.clients?.[0]?.count).toBe(1);
      expect(Math.abs((system?.measured?.value ?? 0) / IOPS - 1)).toBeLessThan(0.03);
      expect(client?.outcome).not.toBe("refuted");
    });
  });
});
