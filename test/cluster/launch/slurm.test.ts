// @module-tag system
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { LaunchContext, Launched } from "../../../src/cluster/launch/launcher.ts";
import { slurmLauncher } from "../../../src/cluster/launch/slurm.ts";
import { scratch } from "../../storage/support.ts";
import { childWith, goneWithin, processesThatShow, processesWith } from "../carriers/processes.ts";
import { agents, CREDENTIALS, filesOf, SECRET, written } from "./agents.ts";
import { type SlurmCluster, slurmProblem, startSlurm } from "./slurm-cluster.ts";

const PROGRAM = fileURLToPath(new URL("place-program.ts", import.meta.url));
const SHA256 = createHash("sha256").update(CREDENTIALS).digest("hex");
const NODES = ["n1", "n2", "n3"];
/** Limit of what takes about a second on an idle host. */
const SOON_MS = 30_000;
const PROBLEM = slurmProblem();
if (PROBLEM !== null) process.stderr.write(`skipped: ${PROBLEM}\n`);

let cluster: SlurmCluster;
beforeAll(async () => {
  if (PROBLEM === null) cluster = await startSlurm();
});
afterAll(() => cluster?.stop());

interface Settings {
  readonly srun?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly print?: (line: string) => void;
}

/** Launches agents, which are gone at the end of the test. */
function launch(context: LaunchContext, settings: Settings = {}): Launched {
  const { srun = ["srun"], env = cluster.env, print = () => {} } = settings;
  const launched = slurmLauncher({ srun, env, print }).start(context);
  onTestFinished(() => launched.stop());
  return launched;
}

function placesOf(found: Awaited<ReturnType<typeof written>>) {
  return found.map(({ place }) => place);
}

function slurmPlaces(attempt = 0) {
  return [0, 1, 2].map((rank) => ({ launcher: "slurm", rank, size: 3, attempt }));
}

describe.skipIf(PROBLEM !== null)("srun on a cluster of three nodes", () => {
  test("starts one agent per node, each with the whole credentials", async () => {
    const folder = scratch();
    const launched = launch(agents(folder, "wait"));
    const found = await written(folder);
    expect(placesOf(found)).toEqual(slurmPlaces());
    expect(found.map(({ sha256 }) => sha256)).toEqual([SHA256, SHA256, SHA256]);
    expect(found.map(({ node }) => node)).toEqual(NODES);
    expect(found.map(({ words }) => words)).toEqual(Array(3).fill(["--nats-credentials", "-"]));
    expect(processesWith("srun", folder)).not.toEqual([]);
    expect(processesThatShow(SECRET)).toEqual([]);
    // Whole nodes of two cores each.
    expect(cluster.call("squeue", "--noheader", "--format=%C").trim()).toBe("6");
    await launched.stop();
    expect(await filesOf(folder, 3, "cleaned")).toEqual(["SIGUSR2", "SIGUSR2", "SIGUSR2"]);
    expect(processesWith("node", folder)).toEqual([]);
    expect(cluster.call("squeue", "--noheader", "--states=RUNNING,PENDING")).toBe("");
  });

  test("reports the end of srun, whatever its exit code", async () => {
    const folder = scratch();
    const launched = launch(agents(folder, "end"));
    expect(await launched.failed).toBe("srun has ended (exit code 0)");
    expect(placesOf(await written(folder))).toEqual(slurmPlaces());
  });

  test("reports an agent that ended while others wait, unless enough are left", async () => {
    const folder = scratch();
    const context = agents(folder, "fail-1");
    const launched = launch(context);
    expect(await launched.failed).toBe(
      "the agent on n2 has ended (Exited with exit code 3): " +
        "the coordinator runs assay 9.9.9, this is 1.2.3",
    );
    await launched.stop();
    const other = scratch();
    const enough = launch({ ...agents(other, "fail-1"), minNodes: 2 });
    await written(other);
    const isLost = () => /task 1: Exited|assay 9\.9\.9/.test(enough.lastWords());
    await expect.poll(isLost, { timeout: SOON_MS }).toBe(true);
    const first = await Promise.race([enough.failed, sleep(1000, "pending")]);
    expect(first).toBe("pending");
  });

  test("reports an srun that was killed, and Slurm ends the agents", async () => {
    const folder = scratch();
    const launched = launch(agents(folder, "wait"));
    await written(folder);
    const pids = processesWith("node", folder);
    expect(pids).toHaveLength(3);
    process.kill(childWith("--job-name=assay"), "SIGKILL");
    expect(await launched.failed).toBe("srun has ended (ended by SIGKILL)");
    await goneWithin(pids, SOON_MS);
  });
});

describe.skipIf(PROBLEM !== null)("srun that starts no agents, or later", () => {
  test.each([
    [["srun", "-p", "nowhere"], /Invalid partition name specified; name a partition.*-p NAME/],
    [["srun", "--mem=99G"], /Requested node configuration is not available; check --nodes/],
    [["srun", "--no-such"], /unrecognized option '--no-such'; check the options in --srun/],
    [["no-such-srun"], /^srun was not found; run assay on a login node/],
  ])("reports why %j starts no agent", async (srun, message) => {
    const launched = launch(agents(scratch(), "end"), { srun });
    expect(await launched.failed).toMatch(message);
  });

  test("reports a program that the nodes do not have", async () => {
    const launched = launch({ ...agents(scratch(), "end"), command: ["no-such-assay", "agent"] });
    expect(await launched.failed).toMatch(
      /execve\(\): no-such-assay: No such file or directory; .*same version of assay/,
    );
  });

  test("is queued until nodes are free, and then starts its agents", async () => {
    const holder = launch(agents(scratch(), "wait"));
    await expect
      .poll(() => cluster.call("squeue", "--noheader"), { timeout: SOON_MS })
      .not.toBe("");
    const folder = scratch();
    const launched = launch(agents(folder, "wait"));
    await expect.poll(() => launched.isQueued(), { timeout: SOON_MS }).toBe(true);
    expect(holder.isQueued()).toBe(false);
    await holder.stop();
    await written(folder);
    await expect.poll(() => launched.isQueued(), { timeout: SOON_MS }).toBe(false);
  });

  test("prints that a job waits for nodes; stop takes it from the queue", async () => {
    const lines: string[] = [];
    const print = (line: string) => void lines.push(line);
    const launched = launch(agents(scratch(), "end", 9), { print });
    const isQueued = () => lines.some((line) => /job \d+ queued and waiting/.test(line));
    await expect.poll(isQueued, { timeout: SOON_MS }).toBe(true);
    await launched.stop();
    expect(cluster.call("squeue", "--noheader")).toBe("");
    expect(await launched.failed).toMatch(/^srun has ended .*; the job was canceled/);
  });
});

describe.skipIf(PROBLEM !== null)("srun within a job", () => {
  test("shares the nodes of an allocation with a step that occupies them", async () => {
    const granted = ["--no-shell", "--nodes=3", "--exclusive", "--ntasks-per-node=2"];
    cluster.call("sh", "-c", `salloc ${granted.join(" ")} 2>&1`);
    const job = cluster.call("squeue", "--noheader", "--format=%i").trim();
    onTestFinished(() => void cluster.call("scancel", job));
    const env = { ...cluster.env, SLURM_JOB_ID: job, SLURM_JOBID: job, SLURM_NTASKS: "6" };
    const [first, second] = [scratch(), scratch()];
    launch(agents(first, "wait"), { env });
    await written(first);
    launch(agents(second, "wait"), { env });
    const found = await written(second);
    expect(placesOf(found)).toEqual(slurmPlaces());
    expect(found.map(({ node }) => node)).toEqual(NODES);
  });

  test("numbers the attempts of a job that is requeued; its script has no rank", async () => {
    const [folder, script] = [scratch(), join(scratch(), "job.sh")];
    const agent = `${process.execPath} ${PROGRAM}`;
    const lines = [
      "#!/bin/sh",
      `mkdir -p ${folder}/\${SLURM_RESTART_COUNT:-0}`,
      `cd ${folder}/\${SLURM_RESTART_COUNT:-0}`,
      `${agent} . end </dev/null`,
      `srun --ntasks-per-node=1 ${agent} . wait </dev/null`,
    ];
    writeFileSync(script, `${lines.join("\n")}\n`);
    const options = ["--requeue", "--nodes=3", "--output=/dev/null", "--parsable"];
    const job = cluster.call("sbatch", ...options, script).trim();
    onTestFinished(() => void cluster.call("scancel", job));
    const first = join(folder, "0");
    expect(placesOf(await written(first))).toEqual(slurmPlaces());
    const ofScript = readFileSync(join(first, "undefined.json"), "utf8");
    expect(JSON.parse(ofScript)).toMatchObject({ place: null, node: "n1" });
    cluster.call("scontrol", "requeue", job);
    const second = join(folder, "1");
    expect(placesOf(await written(second))).toEqual(slurmPlaces(1));
  });
});

describe.skipIf(PROBLEM !== null)("a node of Slurm that is lost", () => {
  test("is reported, and the other agents go on", async () => {
    const folder = scratch();
    const launched = launch(agents(folder, "wait"));
    await written(folder);
    cluster.killNode("n2");
    expect(await launched.failed).toBe("Slurm has lost the node n2; check it with `sinfo -R`");
    await launched.stop();
    const cleaned = [0, 2].map((rank) => existsSync(join(folder, `${rank}.cleaned`)));
    expect(cleaned).toEqual([true, true]);
  });
});
