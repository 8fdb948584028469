import { describe, expect, test } from "vitest";
import { srunCommand } from "../../../src/cluster/launch/slurm.ts";

function command(srun: readonly string[], env: NodeJS.ProcessEnv): readonly string[] {
  return srunCommand({ command: ["assay", "agent", "--group", "g"], nodes: 8 }, { srun, env });
}

describe("the command of srun", () => {
  test("ends with the agent's, which reads its credentials from standard input", () => {
    const words = command(["srun", "-p", "bench"], {});
    expect(words.slice(0, 3)).toEqual(["srun", "-p", "bench"]);
    expect(words).toEqual(expect.arrayContaining(["--nodes=8", "--ntasks=8", "--no-kill"]));
    expect(words.slice(words.indexOf("--") + 1)).toEqual(
      ["assay", "agent", "--group", "g"].concat("--nats-credentials", "-"),
    );
  });

  test.each([
    [["srun"], {}, "--exclusive"],
    [["srun", "-A", "acct"], {}, "--exclusive"],
    [["srun", "--oversubscribe"], {}, null],
    [["srun", "--exclusive=user"], {}, null],
    [["srun", "-c", "4"], {}, null],
    [["srun", "-c4"], {}, null],
    [["srun", "--cpus-per-task=4"], {}, null],
    [["srun"], { SLURM_JOB_ID: "7" }, "--overlap"],
  ])("of %j in %j requests hosts %s", (srun, env, option) => {
    const own = command(srun, env).slice(srun.length);
    const found = own.filter((word) => word === "--exclusive" || word === "--overlap");
    expect(found).toEqual(option === null ? [] : [option]);
  });
});
