import type { Environment } from "../../model/run/environment.ts";
import type { ClientLimits } from "../../model/run/harness.ts";
import { formatLatency, formatNumber, formatShare } from "../parts/format.ts";
import { type Screen, screenLine } from "./screen.ts";

/** The client limits of a host on one screen: a row per engine, operation and queue depth. */
export function selftestScreen(
  limits: ClientLimits,
  environment: Environment,
  caveats: readonly string[],
): Screen {
  const { clock, timer, cores, stealShare, floors } = limits;
  const suitable = caveats.length === 0 ? "suitable" : "suitable with caveats";
  const count = Number.isInteger(cores) ? String(cores) : formatNumber(cores);
  return {
    headline: `${environment.cpuModel}, ${count} cores: ${suitable} as a load generator`,
    table: {
      columns: [
        { title: "ENGINE", align: "left" },
        { title: "OPERATION", align: "left" },
        { title: "DEPTH", align: "right" },
        { title: "OPS/S PER WORKER", align: "right" },
        { title: "CPU PER OP", align: "right", optional: true },
        { title: "P99", align: "right", optional: true },
      ],
      rows: floors.map((one) => [
        one.engine,
        one.direction,
        String(one.queueDepth),
        formatNumber(Number(one.operationsPerSecond.toPrecision(3))),
        formatLatency(one.cpuPerOperationNs),
        formatLatency(one.latencyP99Ns),
      ]),
      noun: "client limit",
    },
    lines: [
      ...(caveats.length === 0
        ? [screenLine("Caveats", "none")]
        : [{ label: "Caveats", items: caveats, tone: "warning" } as const]),
      screenLine("Clock", `one read ${formatLatency(clock.readingNs)}`),
      screenLine("Timer", `delay p99 ${formatLatency(timer.lateP99Ns)}`),
      screenLine("Steal", formatShare(stealShare)),
      ...(limits.missing.length === 0
        ? []
        : [{ label: "Missing", items: limits.missing, tone: "plain" } as const]),
    ],
    others: "see --print report",
  };
}
