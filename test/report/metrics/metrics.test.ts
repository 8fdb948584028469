import { describe, expect, test } from "vitest";
import { benchmarkJson } from "../../../src/report/metrics/benchmark.ts";
import { otlpJson } from "../../../src/report/metrics/otlp.ts";
import { bucket, failed, single } from "../cases.ts";
import { phasePlan, plan, result, run, summary, VOLUME } from "../fixture.ts";

/** Three repetitions of a phase: the second has the median rate. */
function three() {
  const phase = phasePlan("read");
  const rates = [2900, 3000, 3200];
  const phases = rates.map((rate, at) =>
    result(phase, [summary("all", rate, 4096, 800_000 + at * 1000)], {
      repetition: at + 1,
      startedAt: "2026-11-20T10:00:00.000Z",
      elapsedNs: 10_000_000_001,
    }),
  );
  return run("x", VOLUME, plan("random-read", [phase], { repetitions: 3 }), phases);
}

function entries(...parameters: Parameters<typeof benchmarkJson>) {
  const json: unknown = JSON.parse(benchmarkJson(...parameters));
  return json;
}

describe("values for github-action-benchmark", () => {
  test("are rates in one file and latencies in the other, of the median repetition", () => {
    const extra = "run x, 3 repetitions";
    expect(entries([three()], "bigger")).toEqual([
      {
        name: "random-read on gp3 / read / operations rate",
        unit: "ops/s",
        value: 3000,
        range: "± 150",
        extra,
      },
      {
        name: "random-read on gp3 / read / throughput",
        unit: "B/s",
        value: 3000 * 4096,
        range: "± 614000",
        extra,
      },
    ]);
    const smaller = entries([three()], "smaller");
    const name = (what: string) => `random-read on gp3 / read / latency service ${what}`;
    expect(smaller).toEqual([
      { name: name("p50"), unit: "ms", value: 0.801, range: "± 0.001", extra },
      { name: name("p99"), unit: "ms", value: 3.204, range: "± 0.004", extra },
      { name: name("p999"), unit: "ms", value: 8.811, range: "± 0.011", extra },
    ]);
  });

  test("have no percentile for which there are too few operations", () => {
    const phase = phasePlan("read");
    const few = result(phase, [summary("all", 3, 4096, 800_000)]);
    const found = entries([run("x", VOLUME, plan("few", [phase]), [few])], "smaller");
    const names = Array.isArray(found) ? found.map(({ name }) => name) : [];
    expect(names).toEqual(["few on gp3 / read / latency service p50"]);
  });

  test("have a unique name each, also for several runs and operations", () => {
    const all = [single(), bucket(), failed()];
    const found = entries(all, "bigger");
    const names = Array.isArray(found) ? found.map(({ name }) => name) : [];
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(3);
  });

  test("are none for a phase that is not complete", () => {
    const one = three();
    const stopped = {
      ...one,
      phases: one.phases.map((p) => ({ ...p, state: "partial" as const })),
    };
    expect(entries([stopped], "bigger")).toEqual([]);
  });
});

// The shape is that of JsonMetricsSerializer in @opentelemetry/otlp-transformer 0.223.
test("OpenTelemetry metrics are gauges with the time of the measurement", () => {
  const json = JSON.parse(otlpJson([three()]));
  const [resource] = json.resourceMetrics;
  expect(resource.resource.attributes).toContainEqual({
    key: "assay.target.kind",
    value: { stringValue: "ebs-gp3" },
  });
  const [{ scope, metrics }] = resource.scopeMetrics;
  expect(scope).toEqual({ name: "assay", version: "0.1.0" });
  expect(metrics.map(({ name, unit }: { name: string; unit: string }) => [name, unit])).toEqual([
    ["assay.operations.rate", "{operation}/s"],
    ["assay.throughput", "By/s"],
    ["assay.latency.service.p50", "s"],
    ["assay.latency.service.p99", "s"],
    ["assay.latency.service.p999", "s"],
    ["assay.errors", "{operation}"],
  ]);
  expect(metrics[0].gauge.dataPoints).toEqual([
    {
      attributes: [
        { key: "assay.phase", value: { stringValue: "read" } },
        { key: "assay.operation", value: { stringValue: "all" } },
      ],
      startTimeUnixNano: "1795168800000000000",
      timeUnixNano: "1795168810000000001",
      asDouble: 3000,
    },
  ]);
});
