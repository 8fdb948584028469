// @module-tag system
import { createHash } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import type { LaunchContext } from "../../../src/cluster/launch/launcher.ts";
import { LOCAL_AGENT, localLauncher } from "../../../src/cluster/launch/local.ts";
import { scratch } from "../../storage/support.ts";
import { processesThatShow, processesWith } from "../carriers/processes.ts";
import { agents, CREDENTIALS, filesOf, SECRET, written } from "./agents.ts";

function launch(context: LaunchContext) {
  // As within a step of srun, whose rank is that of this process.
  const step = { SLURM_STEP_ID: "0", SLURM_PROCID: "0", SLURM_NTASKS: "1" };
  const launched = localLauncher({ ...process.env, ...step }).start(context);
  onTestFinished(() => launched.stop());
  return launched;
}

describe("agents on this host", () => {
  test("have ranks, read the credentials from standard input, and end cleanly", async () => {
    const folder = scratch();
    const launched = launch(agents(folder, "wait"));
    const sha256 = createHash("sha256").update(CREDENTIALS).digest("hex");
    const found = await written(folder);
    expect(found.map(({ words, sha256: hash }) => [hash, words])).toEqual(
      [0, 1, 2].map((rank) => [sha256, ["--rank", `${rank}`, "--nats-credentials", "-"]]),
    );
    expect(processesThatShow(SECRET)).toEqual([]);
    await launched.stop();
    expect(await filesOf(folder, 3, "cleaned")).toEqual(["SIGTERM", "SIGTERM", "SIGTERM"]);
    expect(processesWith("node", folder)).toEqual([]);
  });

  test("report the one that ended, unless enough are left", async () => {
    const launched = launch(agents(scratch(), "fail-2"));
    expect(await launched.failed).toBe(
      "agent 2 has ended (exit code 3): the coordinator runs assay 9.9.9, this is 1.2.3",
    );
    const folder = scratch();
    const enough = launch({ ...agents(folder, "fail-2"), minNodes: 2 });
    await written(folder);
    await expect.poll(() => enough.lastWords(), { timeout: 30_000 }).toMatch(/assay 9\.9\.9/);
    expect(await Promise.race([enough.failed, "pending"])).toBe("pending");
  });

  test("report a program that cannot be started", async () => {
    const launched = launch({ ...agents(scratch(), "end"), command: ["no-such-assay"] });
    expect(await launched.failed).toMatch(/^agent \d could not be started: .*ENOENT/);
  });

  test("are of this installation", async () => {
    const [program = "", ...words] = LOCAL_AGENT;
    const command = [program, ...words, "--no-such-option"];
    const launched = launch({ ...agents(scratch(), "end", 1), command });
    expect(await launched.failed).toMatch(/^agent 0 has ended \(exit code 2\): unknown option/);
  });
});
