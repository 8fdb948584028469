import { printableJson } from "../../model/printable.ts";
import type { Run } from "../../model/run/run.ts";
import { METRIC_KINDS, type MetricValue, metricValues } from "./metrics.ts";

/**
 * Runs as an OTLP export request in JSON: one resource per run, one gauge per metric. By
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: names in lowerCamelCase, 64-bit
 * integers as text. Written here, because the SDK of OpenTelemetry gives every value the time of
 * its export, and a stored run was measured before.
 */
export function otlpJson(runs: readonly Run[]): string {
  return `${printableJson({ resourceMetrics: runs.map(resourceOf) })}\n`;
}

function resourceOf(run: Run): object {
  const { plan, target, environment, id, planHash, state } = run;
  const values = metricValues(run);
  const metrics = METRIC_KINDS.flatMap((kind) => {
    const own = values.filter((one) => one.kind === kind);
    if (own.length === 0) return [];
    const { name, description, unit } = kind;
    return [{ name, description, unit, gauge: { dataPoints: own.map(pointOf) } }];
  });
  return {
    resource: {
      attributes: attributes({
        "service.name": "assay",
        "service.version": run.assayVersion,
        "os.type": "linux",
        "os.version": environment.kernel,
        "assay.run.id": id,
        "assay.run.state": state,
        "assay.plan.hash": planHash,
        "assay.scenario": plan.name,
        "assay.target.name": target.name,
        "assay.target.kind": target.kind,
      }),
      droppedAttributesCount: 0,
    },
    scopeMetrics: [{ scope: { name: "assay", version: run.assayVersion }, metrics }],
  };
}

function pointOf({ phase, operation, value, startedAt, elapsedNs }: MetricValue): object {
  const startNs = BigInt(Date.parse(startedAt)) * 1_000_000n;
  return {
    attributes: attributes({ "assay.phase": phase, "assay.operation": operation }),
    startTimeUnixNano: String(startNs),
    timeUnixNano: String(startNs + BigInt(Math.round(elapsedNs))),
    asDouble: value,
  };
}

function attributes(values: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: { stringValue: value } }));
}
