// @module-tag system
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../../tree.ts";
import { expectMerged, expectNothingLeft, makeDialPlace, PROBLEM, twoPhases } from "../dial/run.ts";
import { type Place, runOnHosts, storedRuns } from "../run/on-hosts.ts";
import { type SlurmCluster, slurmProblem, startSlurm } from "./slurm-cluster.ts";

const MISSING = slurmProblem() ?? PROBLEM;
if (MISSING !== null) process.stderr.write(`skipped: ${MISSING}\n`);

let cluster: SlurmCluster;
beforeAll(async () => {
  if (MISSING === null) cluster = await startSlurm();
});
afterAll(() => cluster?.stop());

const SLURM = ["--launcher", "slurm", "--nodes", "3"];

/** A place whose commands use the cluster. */
function slurmPlace(): Place {
  const place = makeDialPlace();
  return { ...place, env: { ...place.env, SLURM_CONF: cluster.env.SLURM_CONF ?? "" } };
}

/** A program in place of assay, which does not start on the second node. */
function brokenOnOne({ root }: Place): string {
  const file = join(root, "assay");
  const text = `#!/bin/sh
if [ "$SLURM_PROCID" = 1 ]; then echo "no such storage here" >&2; exit 3; fi
exec "${process.execPath}" "${ROOT}/bin/assay.mjs" "$@"
`;
  writeFileSync(file, text, { mode: 0o755 });
  return file;
}

// On a busy host, Slurm itself takes most of the time.
const TIMEOUT = { timeout: 300_000 };

describe.skipIf(MISSING !== null)("a run with agents that srun starts", TIMEOUT, () => {
  test("merges what they did, and leaves nothing", async () => {
    const place = slurmPlace();
    const args = [twoPhases(place), "--target", place.target];
    expect(await runOnHosts(place, args, SLURM)).toMatchObject({ code: 0 });
    const [run] = storedRuns(place);
    if (run === undefined) throw new Error("no run is stored");
    expect(run).toMatchObject({ state: "complete", hostScope: "shared" });
    expect(run.hosts?.map(({ rank }) => rank)).toEqual([0, 1, 2]);
    expectMerged(place, run);
    await expectNothingLeft(place);
  });

  test("does not begin without an agent, and shows its output", async () => {
    const place = slurmPlace();
    const args = [twoPhases(place), "--target", place.target, "--remote", brokenOnOne(place)];
    const { code, stderr } = await runOnHosts(place, args, SLURM);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^[0-2] of 3 hosts joined; nothing was written or measured$/m);
    // All ranks that have not joined are one row.
    expect(stderr).toMatch(
      /^ {2}(rank 0, )?rank 1.*: the agent on n\d has .*: no such storage here$/m,
    );
    await expectNothingLeft(place);
  });

  test("begins without it if --min-hosts are left", async () => {
    const place = slurmPlace();
    const args = [twoPhases(place), "--target", place.target, "--remote", brokenOnOne(place)];
    const enough = ["--min-hosts", "2", "--join-timeout", "25s"];
    expect(await runOnHosts(place, args, [...SLURM, ...enough])).toMatchObject({ code: 0 });
    const [run] = storedRuns(place);
    if (run === undefined) throw new Error("no run is stored");
    expect(run.hosts).toHaveLength(2);
    expectMerged(place, run);
    await expectNothingLeft(place);
  });
});
