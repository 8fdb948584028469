import { spawn } from "node:child_process";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { NotRun } from "../../metrics/compare/compare.ts";
import { EXIT } from "../../model/fault/errors.ts";
import type { DemoOptions, Step } from "./demo-places.ts";

/** Runs of the demo. */
export interface DemoRuns {
  /** Exit code of the first step that failed; 0 if none did. */
  readonly code: number;
  /** Directories of the stored runs. */
  readonly folders: readonly string[];
  readonly notRun: readonly NotRun[];
}

const ASSAY = fileURLToPath(new URL("../../../bin/assay.mjs", import.meta.url));

/** Small sizes, for seconds instead of hours. Variables in the environment take precedence. */
const SHORT: Readonly<Record<string, string>> = {
  DURATION: "500ms",
  WARMUP: "100ms",
  WORKERS: "2",
  FILE_COUNT: "2",
  FILE_SIZE: "32MiB",
  SAMPLES: "200",
  FILES_PER_DIRECTORY: "100",
  SHARD_SIZE: "4MiB",
};

const FULL: Readonly<Record<string, string>> = {
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

/** Exit codes of a run that measured something. */
const MEASURED: ReadonlySet<number> = new Set([EXIT.ok, EXIT.threshold]);

/** Runs the steps one after another, so that none disturbs another. */
export async function runSteps(steps: readonly Step[], options: DemoOptions): Promise<DemoRuns> {
  const folders: string[] = [];
  const notRun: NotRun[] = [];
  let code: number = EXIT.ok;
  for (const step of steps) {
    const scenarios: string[] = [];
    for (const scenario of step.scenarios) {
      const reason = await refusal(scenario, step);
      if (reason === null) scenarios.push(scenario);
      else notRun.push({ scenario, target: step.name, reason });
    }
    if (options.signal.aborted || scenarios.length === 0) continue;
    options.log(`${step.name}: ${scenarios.join(", ")}`);
    const done = await runStep({ ...step, scenarios }, options);
    folders.push(...done.folders);
    if (!MEASURED.has(done.code) && code === EXIT.ok) code = done.code;
  }
  return { code, folders, notRun };
}

/** Reason why a scenario is skipped on a target; null if it can run. */
async function refusal(scenario: string, { target, environment }: Step): Promise<string | null> {
  const { loadScenario } = await import("../../scenario/index.ts");
  const { unsupported } = await import("../../scenario/preflight/preflight.ts");
  const { parseTarget } = await import("../../scenario/targets/targets.ts");
  const { ENGINES } = await import("../../engine/index.ts");
  const { NO_LIMITS } = await import("../../model/target/host-limits.ts");
  const env = { ...SHORT, ...environment };
  const plan = await loadScenario(scenario, { env, set: [] });
  const option = (name: string): string | undefined => {
    const at = target.indexOf(name);
    return at === -1 ? undefined : target[at + 1];
  };
  const emulated = target.includes("--emulated");
  const declared = { endpoint: option("--endpoint"), kind: option("--kind"), emulated };
  const spec = parseTarget(option("--target") ?? "", declared, env);
  return unsupported(plan, spec, { engines: ENGINES, limits: NO_LIMITS })[0]?.reason ?? null;
}

/** Runs `assay run` in a separate process, whose messages reach stderr. */
function runStep(
  { scenarios, target, environment, throttled }: Step,
  { full, env }: DemoOptions,
): Promise<{ readonly code: number; readonly folders: readonly string[] }> {
  const command = [process.execPath, ASSAY, "run", ...scenarios, ...target, "-q"];
  const [program, ...parameters] = (throttled ?? plain)([...command, "--print", "path"]);
  const child = spawn(program, parameters, {
    env: { ...(full ? FULL : SHORT), ...env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const parts: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => parts.push(text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const folders = parts
        .join("")
        .split("\n")
        .filter((line) => basename(line) !== "");
      resolve({ code: code ?? EXIT.interrupted, folders });
    });
  });
}

function plain([program = "", ...parameters]: readonly string[]): readonly [string, ...string[]] {
  return [program, ...parameters];
}
