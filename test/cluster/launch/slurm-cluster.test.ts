// @module-tag system
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { goneWithin, processesWith } from "../carriers/processes.ts";
import { slurmProblem } from "./slurm-cluster.ts";

const PROGRAM = fileURLToPath(new URL("slurm-program.ts", import.meta.url));
const SOON_MS = 10_000;
const PROBLEM = slurmProblem();
if (PROBLEM !== null) process.stderr.write(`skipped: ${PROBLEM}\n`);

test.skipIf(PROBLEM !== null)("a cluster whose test is killed leaves nothing behind", async () => {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ["ignore", "pipe", "inherit"] });
  const [output] = await once(child.stdout, "data");
  const file = String(output).trim();
  const folder = dirname(file);
  const daemons = [
    ...processesWith("munged", `--socket=${folder}/munge.socket`),
    ...processesWith("slurmctld", file),
    ...processesWith("slurmd", file),
  ];
  expect(daemons).toHaveLength(5);
  child.kill("SIGKILL");
  await goneWithin(daemons, SOON_MS);
  await expect.poll(() => existsSync(folder), { timeout: SOON_MS }).toBe(false);
});
