import { ENGINES, probeEngines } from "../../engine/index.ts";
import { describeEnvironment } from "../../environment/index.ts";
import type { ClientLimits } from "../../model/run/harness.ts";
import { loadNative } from "../../posix/koffi.ts";
import type { CheckedHost } from "../../report/check/check.ts";
import type { CommandContext } from "../command.ts";
import { keptClientLimits } from "../running/host.ts";

/** Returns what this host is and supports, with the client limits of its last selftest. */
export async function checkHost(context: CommandContext): Promise<CheckedHost> {
  const { refusal } = (await probeEngines()).uring;
  const native = loadNative();
  const { cpuModel, cpus, memoryBytes, kernel, nodeVersion } = await describeEnvironment(null);
  const limits = await keptClientLimits(context);
  return {
    cpuModel,
    cpus,
    memoryBytes,
    kernel,
    nodeVersion,
    engines: [
      {
        name: "sync",
        note: typeof native === "string" ? `Node's file calls: ${native}` : "direct system calls",
        available: true,
      },
      {
        name: "uring",
        note: refusal ?? "io_uring, for queue depths above 1",
        available: refusal === undefined,
      },
      {
        name: "threadpool",
        note: `${ENGINES.threadpool.poolThreads ?? 0} threads of libuv's pool (UV_THREADPOOL_SIZE)`,
        available: true,
      },
    ],
    clientLimits:
      limits === null
        ? null
        : { measuredAt: limits.measuredAt, operationsPerSecond: maximumRates(limits) },
  };
}

function maximumRates({ floors }: ClientLimits): Readonly<Record<string, number>> {
  const maximum = new Map<string, number>();
  for (const { engine, operationsPerSecond } of floors) {
    maximum.set(engine, Math.max(maximum.get(engine) ?? 0, operationsPerSecond));
  }
  return Object.fromEntries(maximum);
}
