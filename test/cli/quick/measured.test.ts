// @module-tag measured
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startVolume } from "../../../src/testbed/volume/start.ts";
import { canEmulate } from "../../testbed/volume/support.ts";
import { makeBench } from "../bench.ts";

const BIN = fileURLToPath(new URL("../../../bin/assay.mjs", import.meta.url));
const MIB = 2 ** 20;
const BUDGET_S = 60;

const possible = test.skipIf(!(await canEmulate()));

/** On an idle host. */
possible(
  "quick measures an emulated gp3 within 5% and within its budget",
  async () => {
    const bench = makeBench();
    const limits = { iops: 3000, bytesPerSecond: 125 * MIB } as const;
    const volume = await startVolume({ kind: "gp3", ...limits, sizeBytes: 2048 * MIB });
    if ("unavailable" in volume) throw new Error(volume.unavailable);
    try {
      const declared = ["--kind", "ebs-gp3", "--emulated", "--provisioned"];
      const [program, ...args] = volume.throttled([
        ...[process.execPath, BIN, "quick", volume.path, "-q", "--budget", `${BUDGET_S}s`],
        ...[...declared, "iops=3000,throughput=125MiB/s", "--print", "json"],
      ]);
      const beganMs = performance.now();
      const { stdout, stderr, status } = spawnSync(program, args, { ...bench, encoding: "utf8" });
      expect(status, stderr).toBe(0);
      expect((performance.now() - beganMs) / 1000).toBeLessThan(BUDGET_S);
      // The limit is `storage` only where the rate is within 5% of the provisioned one.
      expect(JSON.parse(stdout)).toMatchObject({
        rateLimit: { by: "storage", words: "3,000 IOPS are provisioned" },
        transferLimit: { by: "storage" },
        verdicts: { refuted: 0 },
      });
    } finally {
      await volume.stop();
    }
  },
  180_000,
);
