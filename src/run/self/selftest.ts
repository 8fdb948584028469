import { availableParallelism, cpus } from "node:os";
import {
  processorShares,
  readGovernor,
  readProcessorTicks,
} from "../../environment/machine/processor.ts";
import type { Environment } from "../../model/run/environment.ts";
import type { Floors } from "../../model/run/harness.ts";
import { coresOf } from "../monitor/monitor.ts";
import { PauseMonitor } from "../monitor/pause-monitor.ts";
import { measureClock, measureTimer } from "./clock.ts";
import { type FloorOptions, measureFloors } from "./floors.ts";
import { measurePacing } from "./pacing-error.ts";

/** What a selftest came to, and how long the process stood still in what it is made from. */
export interface Selftest {
  readonly floors: Floors;
  readonly stoodStillNs: number;
}

/**
 * Measures this machine as a load generator, in about twenty seconds: clock, timer and floors.
 * Rejects with the signal's reason where it is aborted.
 */
export async function selftest(environment: Environment, options: FloorOptions): Promise<Selftest> {
  const watch = new PauseMonitor();
  const ticks = readProcessorTicks();
  const cpuBefore = process.cpuUsage();
  const fromNs = process.hrtime.bigint();
  try {
    const clock = { source: environment.clockSource, ...measureClock() };
    const timer = measureTimer();
    const pacing = await measurePacing(options.signal);
    const { floors, missing, stoodStillNs } = await measureFloors(options, watch);
    const toNs = process.hrtime.bigint();
    const shares = processorShares(ticks, readProcessorTicks());
    const cpu = process.cpuUsage(cpuBefore);
    const machineCores = cpus().length || availableParallelism();
    const own = ((cpu.user + cpu.system) * 1000) / Number(toNs - fromNs) / machineCores;
    return {
      stoodStillNs,
      floors: {
        format: "assay-floors",
        version: 1,
        measuredAt: new Date().toISOString(),
        floors,
        missing,
        clock,
        timer,
        ...(pacing === null ? {} : { pacing }),
        cores: coresOf(environment),
        stealShare: shares?.steal ?? null,
        othersShare: shares === null ? null : Math.max(0, 1 - shares.idle - shares.steal - own),
        governor: readGovernor(),
      },
    };
  } finally {
    await watch.close();
  }
}
