import { statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf, messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { Run } from "../../model/run/run.ts";

/** Formats of `--out`. */
const FORMATS = ["benchmark-bigger", "benchmark-smaller", "otlp"] as const;

/** One `--out`: a format and the file or endpoint that it is written to. */
export interface Output {
  readonly format: (typeof FORMATS)[number];
  /** A file; or an http or https URL for `otlp`. */
  readonly to: string;
}

/** Maximum time of one export to an endpoint, milliseconds. */
const EXPORT_TIMEOUT_MS = 10_000;

/** Checks the values of `--out` before the first run. @throws UsageError */
export function outputsOf(given: readonly string[]): readonly Output[] {
  return given.map((text) => {
    const at = text.indexOf("=");
    const format = FORMATS.find((one) => one === text.slice(0, at));
    const to = text.slice(at + 1);
    if (at < 0 || format === undefined || to === "") {
      throw new UsageError(
        `--out ${text}: expected FORMAT=FILE with one of ${FORMATS.join(", ")}, ` +
          "e.g. otlp=metrics.json",
      );
    }
    if (isAddress(to)) {
      if (format === "otlp" && URL.canParse(to)) return { format, to };
      throw new UsageError(`--out ${text}: only otlp can be sent to a URL; expected a file`);
    }
    const parent = statSync(dirname(to), { throwIfNoEntry: false });
    if (parent?.isDirectory() !== true) {
      throw new UsageError(`--out ${text}: directory ${dirname(to)} does not exist`);
    }
    return { format, to };
  });
}

function isAddress(to: string): boolean {
  return /^https?:\/\//.test(to);
}

/** Writes the numbers of runs to all outputs. @throws PreflightError if one cannot be written */
export async function writeOutputs(
  outputs: readonly Output[],
  runs: readonly Run[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  for (const output of outputs) {
    const { format, to } = output;
    try {
      const text = await textOf(format, runs);
      if (isAddress(to)) await send(to, text, env);
      else writeFileSync(to, text);
    } catch (error) {
      throw new PreflightError(`cannot write --out ${format}=${to}: ${messageOf(error)}`);
    }
  }
}

async function textOf(format: Output["format"], runs: readonly Run[]): Promise<string> {
  if (format === "otlp") return (await import("../../report/metrics/otlp.ts")).otlpJson(runs);
  const { benchmarkJson } = await import("../../report/metrics/benchmark.ts");
  return benchmarkJson(runs, format === "benchmark-bigger" ? "bigger" : "smaller");
}

/**
 * Sends an export request by HTTP. An address without a path gets `/v1/metrics`, and the headers of
 * OTEL_EXPORTER_OTLP_HEADERS (`key=value,…`) are added, as OpenTelemetry's exporters do.
 */
async function send(to: string, text: string, env: NodeJS.ProcessEnv): Promise<void> {
  const address = new URL(to);
  if (address.pathname === "/") address.pathname = "/v1/metrics";
  const headers = (env.OTEL_EXPORTER_OTLP_HEADERS ?? "").split(",").flatMap((pair) => {
    const [name = "", ...value] = pair.split("=");
    return name.trim() === "" ? [] : [[name.trim(), decodeURIComponent(value.join("=").trim())]];
  });
  const response = await fetch(address, {
    method: "POST",
    headers: { ...Object.fromEntries(headers), "content-type": "application/json" },
    body: text,
    signal: AbortSignal.timeout(EXPORT_TIMEOUT_MS),
  }).catch((error: unknown): never => {
    // `fetch` itself reports only that it failed.
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new Error(
      `${address.host} cannot be reached (${codeOf(cause) ?? messageOf(cause)}); check address ` +
        "and collector, then send the stored run with `assay report RUN --out …`",
      { cause: error },
    );
  });
  if (!response.ok) throw new Error(`${address.host} responded with status ${response.status}`);
}
