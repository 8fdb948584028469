import { describe, expect, test } from "vitest";
import {
  explainEnd,
  explainLost,
  isQueuedAfter,
  isWaiting,
  lostHosts,
} from "../../../src/cluster/launch/srun-output.ts";

const ENDED = { code: 1, signal: null, error: null };

describe("the output of srun", () => {
  test.each([
    ["srun: error: n2: task 1: Exited with exit code 3", ["n2"]],
    ["srun: error: n[2-4]: tasks 1-2,5: Killed", ["1", "2", "5"]],
    ["srun: error: Node failure on n2", ["n2"]],
    ["1: srun: error: n2: task 1: Killed", []],
    ["srun: job 7 queued and waiting for resources", []],
  ])("names the agents that %j has lost", (line, hosts) => {
    expect(lostHosts(line)).toEqual(hosts);
  });

  test.each([
    ["srun: job 7 queued and waiting for resources", true],
    ["srun: job 7 has been allocated resources", true],
    ["srun: Required node not available (down, drained or reserved)", true],
    ["srun: error: n2: task 1: Killed", false],
    ["0: srun: job 7 queued", false],
  ])("reports a job that waits: %s", (line, waits) => {
    expect(isWaiting(line)).toBe(waits);
  });

  test("tells when a job is queued", () => {
    const lines = ["cpu binding", "job 7 queued and waiting", "error", "job 7 has been allocated"];
    let isQueued = false;
    const states = lines.map((line) => {
      isQueued = isQueuedAfter(`srun: ${line}`, isQueued);
      return isQueued;
    });
    expect(states).toEqual([false, true, true, false]);
  });
});

describe("the end of srun", () => {
  test.each([
    [
      "srun: error: Unable to allocate resources: Unable to contact slurm controller (connect " +
        "failure)",
      "srun has ended (exit code 1): Unable to allocate resources: Unable to contact slurm " +
        "controller (connect failure); check with `sinfo` that this host belongs to a cluster " +
        "of Slurm",
    ],
    [
      'srun: error: Munge encode failed: Failed to access "/run/munge/munge.socket.2"\n' +
        "srun: error: slurm_send_node_msg: auth_g_create: has authentication error",
      'srun has ended (exit code 1): Munge encode failed: Failed to access "/run/munge/munge.' +
        'socket.2"; check that munged runs on this host and has the key of the cluster',
    ],
    [
      "srun: error: n1: task 0: Exited with exit code 3\n0: no coordinator within 60 s",
      "the agent on n1 has ended (Exited with exit code 3): no coordinator within 60 s",
    ],
    [
      // srun cancels the step and kills the other tasks after one has exited.
      "1: no such storage here\nsrun: error: n2: task 1: Exited with exit code 3\n" +
        "0: slurmstepd: error: *** STEP 2.0 ON n1 CANCELLED AT 2026-01-01T00:00:00 ***\n" +
        "srun: error: n1: task 0: Killed",
      "the agent on n2 has ended (Exited with exit code 3): no such storage here",
    ],
    ["srun: cluster configuration lacks support for cpu binding", "srun has ended (exit code 1)"],
    [
      "0: slurmstepd: error: *** STEP 1.0 ON n1 CANCELLED AT 2026-01-01T00:00:00 DUE TO TIME " +
        "LIMIT ***",
      "srun has ended (exit code 1): *** STEP 1.0 ON n1 CANCELLED AT 2026-01-01T00:00:00 DUE TO " +
        "TIME LIMIT ***; the job was canceled; check its time limit, such as --srun 'srun -t " +
        "2:00:00'",
    ],
  ])("is explained: %s", (words, sentence) => {
    expect(explainEnd({ ...ENDED, words })).toBe(sentence);
  });

  test("of its tasks is explained by their output, if they wrote any", () => {
    const ended = "srun: error: n[1-2]: tasks 0-1: Exited with exit code 3";
    const why = "the agent on n[1-2] has ended (Exited with exit code 3)";
    expect(explainLost([ended])).toBe(why);
    expect(explainLost([ended, "0: refused"])).toBe(`${why}: refused`);
    const two = [ended, "srun: error: Node failure on n2"];
    expect(explainLost(two)).toBe("Slurm has lost the node n2; check it with `sinfo -R`");
  });
});
