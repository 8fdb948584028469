import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { guideOf } from "../src/cli/commands/guide.ts";
import { ENGINES } from "../src/engine/index.ts";
import { compareRuns, type NotRun } from "../src/metrics/compare/compare.ts";
import { NO_LIMITS } from "../src/model/target/host-limits.ts";
import { comparisonReport } from "../src/report/comparison/comparison.ts";
import { renderMarkdown } from "../src/report/format/markdown.ts";
import { readRun, type StoredRun } from "../src/run/store/read.ts";
import { loadScenario } from "../src/scenario/index.ts";
import { unsupported } from "../src/scenario/preflight/preflight.ts";
import { parseTarget } from "../src/scenario/targets/targets.ts";
import type { Minio } from "../src/testbed/minio/endpoint.ts";
import { startMinio } from "../src/testbed/minio/minio.ts";

/** Workloads of the guide, in the order of the report. */
const SCENARIOS = [
  "sequential-read",
  "sequential-write",
  "random-read",
  "random-write",
  "mixed-70-30",
  "queue-depth-sweep",
  "small-files",
  "ml-shards",
  "multipart-upload",
  "multipart-download",
];

/**
 * Small sizes, for minutes instead of hours. Variables in the environment take precedence.
 */
const SMALL: Readonly<Record<string, string>> = {
  DURATION: "2s",
  WARMUP: "500ms",
  WORKERS: "2",
  FILE_COUNT: "2",
  FILE_SIZE: "128MiB",
  SAMPLES: "1500",
  FILES_PER_DIRECTORY: "100",
  SHARD_SIZE: "16MiB",
  OBJECT_COUNT: "2",
  OBJECT_SIZE: "128MiB",
};

const ASSAY = fileURLToPath(new URL("../bin/assay.mjs", import.meta.url));

interface Place {
  readonly name: string;
  /** Value of `--target`. */
  readonly where: string;
  readonly options: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

interface Done {
  readonly code: number;
  readonly runs: readonly string[];
  readonly notRun: readonly NotRun[];
}

let interrupted = false;

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Runs `assay` with this process's stderr; returns its stdout. */
function assay(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly out: string }> {
  const env = { ...SMALL, ...process.env, ...environment };
  const child = spawn(process.execPath, [ASSAY, ...parameters], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const parts: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => parts.push(text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 130, out: parts.join("") }));
  });
}

/** Reason why a scenario is skipped on a target; null if it can run. */
async function refusal(scenario: string, place: Place): Promise<string | null> {
  const env = { ...SMALL, ...process.env };
  const plan = await loadScenario(scenario, { env, set: [] });
  const found = unsupported(plan, parseTarget(place.where, {}, env), {
    engines: ENGINES,
    limits: NO_LIMITS,
  });
  return found[0]?.reason ?? null;
}

/** Runs all scenarios on one target; returns the run directories and the skipped scenarios. */
async function runPlace(place: Place): Promise<Done> {
  const runs: string[] = [];
  const notRun: NotRun[] = [];
  for (const scenario of SCENARIOS) {
    if (interrupted) return { code: 130, runs, notRun };
    const reason = await refusal(scenario, place);
    if (reason !== null) {
      notRun.push({ scenario, target: place.name, reason });
      continue;
    }
    const { code, out } = await assay(
      ["run", scenario, "--target", place.where, ...place.options, "--print", "path"],
      place.environment,
    );
    if (out !== "") runs.push(out.trim());
    if (code !== 0) return { code, runs, notRun };
  }
  return { code: 0, runs, notRun };
}

/** Report of all runs in markdown: the guide's statements, then the comparison. */
async function reportOf(folders: readonly string[], notRun: readonly NotRun[]): Promise<string> {
  const stored: StoredRun[] = [];
  for (const folder of folders) stored.push(await readRun(folder, "results"));
  const runs = stored.map(({ run }) => run);
  const guide = renderMarkdown((await guideOf(stored)).document);
  const comparison = comparisonReport(compareRuns(runs, { force: false, notRun }));
  return `${guide}\n${renderMarkdown(comparison)}`;
}

async function main(): Promise<number> {
  const folder = await mkdtemp(join(process.cwd(), "quickstart-"));
  let minio: Minio | null = null;
  try {
    const places: Place[] = [
      { name: "local", where: folder, options: ["--name", "local"], environment: {} },
    ];
    const started = await startMinio({ log: say });
    if ("unavailable" in started) say(`${started.unavailable}; only the local half runs`);
    else {
      minio = started;
      places.push(placeOf(started));
    }
    const runs: string[] = [];
    const notRun: NotRun[] = [];
    for (const place of places) {
      const done = await runPlace(place);
      runs.push(...done.runs);
      notRun.push(...done.notRun);
      if (done.code !== 0) return done.code;
    }
    if (interrupted) return 130;
    process.stdout.write(await reportOf(runs, notRun));
    return 0;
  } finally {
    await minio?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function placeOf({ endpoint, bucket, environment }: Minio): Place {
  const options = ["--endpoint", endpoint, "--name", "minio", "--kind", "minio"];
  return { name: "minio", where: `s3://${bucket}`, options, environment };
}

// The same signal reaches `assay`, which stores and cleans up; this process only waits for it.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interrupted = true;
  });
}
process.exitCode = await main();
