// @module-tag system
import { expect, it } from "vitest";
import { probeEngines } from "../../../src/engine/index.ts";
import { PauseMonitor } from "../../../src/run/monitor/pause-monitor.ts";
import { CLIENT_LIMIT_CASES } from "../../../src/run/selftest/client-limit-cases.ts";
import { measureClientLimits } from "../../../src/run/selftest/client-limits.ts";

it("measures one worker of each kind where no storage is waited for", async () => {
  const watch = new PauseMonitor();
  const { signal } = new AbortController();
  const engines = await probeEngines();
  const cases = CLIENT_LIMIT_CASES.filter(
    ({ engine, direction, queueDepth }) =>
      direction === "read" && queueDepth === (engine.startsWith("s3") ? 16 : 1),
  );
  try {
    const { floors, missing } = await measureClientLimits({ engines, signal }, watch, cases);
    const perSecond = (engine: string): number =>
      floors.find((floor) => floor.engine === engine)?.operationsPerSecond ?? Number.NaN;
    // Of a machine that others use, a floor may be missing, and is then told of.
    expect(floors.length + missing.length).toBe(cases.length);
    for (const { latencyP50Ns, latencyP99Ns } of floors) {
      expect(latencyP99Ns).toBeGreaterThanOrEqual(latencyP50Ns);
    }
    if (missing.length > 0) return;
    expect(perSecond("null")).toBeGreaterThan(perSecond("sync"));
    expect(perSecond("sync")).toBeGreaterThan(perSecond("s3-wire"));
    expect(perSecond("s3-wire")).toBeGreaterThan(perSecond("s3-sdk"));
  } finally {
    await watch.close();
  }
});
