import type { Argv } from "yargs";
import type { Prices } from "../../cost/prices-schema.ts";
import { EXIT, PreflightError, ScenarioError, UnsuitedError } from "../../model/fault/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import { printable } from "../../model/printable.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import { type Command, type CommandContext, flag, texts } from "../command.ts";
import { sayLines } from "../console.ts";
import { ALLOW_DESTRUCTIVE, OFFLINE, targetOptions } from "../target-options.ts";
import { targetsOf } from "../targets.ts";

/** `assay check`: checks scenarios, targets and this host without any load. */
export const CHECK: Command = {
  usage: "check [scenario..]",
  summary: "check scenarios, targets and this host without running anything",
  examples: [
    ["$0 check", "Show what this host supports"],
    ["$0 check my.yaml", "Check a scenario file"],
    ["$0 check random-read --target /mnt/data", "Check whether a target supports a scenario"],
  ],
  options: (parser: Argv) =>
    targetOptions(
      parser
        .positional("scenario", {
          type: "string",
          array: true,
          describe: "scenario file, directory of scenarios, or name from `assay list`",
        })
        .option("set", {
          type: "string",
          array: true,
          nargs: 1,
          group: "Check:",
          describe: "set a value of the scenarios, as in `assay run`",
        })
        .option("allow-destructive", ALLOW_DESTRUCTIVE),
    ).option("offline", OFFLINE),
  async run(parsed, context) {
    const { console, env } = context;
    const { clientLimitsLine, keptClientLimits } = await import("../running/host.ts");
    const targets = await targetsOf(parsed, context);
    const lines = await machineLines(targets);
    lines.push(clientLimitsLine(await keptClientLimits(context)));
    for (const target of targets) {
      lines.push(...(await storageLines(target, flag(parsed, "offline"), env)));
    }
    const scenarios = texts(parsed, "scenario");
    const refused = await refusals(targets, scenarios.length > 0, context);
    for (const [{ name }, sentence] of refused) console.error(`${name}: ${sentence}\n`);
    let code: number = refused.size === 0 ? EXIT.ok : EXIT.machine;
    const usable = targets.filter((target) => !refused.has(target));
    const files = await filesOf(scenarios);
    let prices: Prices | null = null;
    for (const one of files) {
      const { loadScenario } = await import("../../scenario/index.ts");
      const { loadPrices } = await import("../../cost/prices.ts");
      const { skipPolicy } = await import("../running/pairs.ts");
      const lenient = skipPolicy(files, targets.length, true);
      try {
        const plan = await loadScenario(one.file, { env, set: texts(parsed, "set") });
        prices ??= await loadPrices();
        const checked = await planLines(plan, usable, lenient(one), { ...context, prices });
        lines.push("", ...checked.lines);
        if (!checked.possible && code === EXIT.ok) code = EXIT.machine;
      } catch (error) {
        if (!(error instanceof ScenarioError)) throw error;
        sayLines(console, error.message, "");
        code = EXIT.usage;
      }
    }
    await console.out(`${lines.map(printable).join("\n")}\n`);
    return code;
  },
};

/** What is known of a target's storage, and what of it was declared otherwise. */
async function storageLines(
  target: TargetSpec,
  offline: boolean,
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  const { describeEnvironment } = await import("../../environment/index.ts");
  const { learnStorage } = await import("../../environment/knowledge.ts");
  const { knowledgeWarnings } = await import("../../environment/knowledge.ts");
  const { storageRows } = await import("../../report/run/sections/storage.ts");
  const { endpointWords } = await import("../../report/parts/where.ts");
  const { address } = target;
  const environment = await describeEnvironment("path" in address ? address.path : null);
  const storage = await learnStorage(target, environment, { offline, env });
  const rows = storageRows(storage);
  const reached =
    address.kind === "bucket" ? [`  Reached at: ${endpointWords(address, target.reachedBy)}`] : [];
  const lines = [
    ...reached,
    ...rows.map(([what, value, from]) => `  ${what}: ${value} (${from})`),
    ...knowledgeWarnings(storage).map(({ message }) => `  warning: ${message}`),
    ...storage.unknown.map((sentence) => `  not found out: ${sentence}`),
  ];
  return lines.length === 0 ? [] : [`Storage  ${target.name}, ${target.kind}`, ...lines];
}

/** Every scenario file that is meant, and whether it was found in a folder. */
async function filesOf(named: readonly string[]) {
  const { resolveScenarios } = await import("../../scenario/shipped.ts");
  const found = [];
  for (const name of named) {
    try {
      const { files, isFolder } = await resolveScenarios(name);
      found.push(...files.map((file) => ({ file, inFolder: isFolder })));
    } catch (error) {
      // Told where it is loaded, as is all that is wrong with a scenario.
      if (!(error instanceof ScenarioError)) throw error;
      found.push({ file: name, inFolder: false });
    }
  }
  return found;
}

/**
 * Why targets cannot be used at all: not there, not reachable, or taken by a run that goes on.
 * Whether a device can be used depends on the scenario, where there is one.
 */
async function refusals(
  targets: readonly TargetSpec[],
  hasScenarios: boolean,
  { console, interrupt: { signal } }: CommandContext,
) {
  const { surveyTarget } = await import("../../storage/index.ts");
  const { awaited } = await import("../running/live.ts");
  const sentences = new Map<TargetSpec, string>();
  for (const target of targets) {
    if (hasScenarios && target.address.kind === "device") continue;
    try {
      const onWarning = (message: string) => console.error(`warning: ${target.name}: ${message}\n`);
      await awaited(console, target, surveyTarget(target, { signal, onWarning }));
    } catch (error) {
      if (!(error instanceof PreflightError)) throw error;
      sentences.set(target, error.message);
    }
  }
  return sentences;
}

async function machineLines(targets: readonly TargetSpec[]): Promise<string[]> {
  const { describeEnvironment } = await import("../../environment/index.ts");
  const { loadNative } = await import("../../posix/koffi.ts");
  const { formatBytes } = await import("../../report/parts/format.ts");
  const { probeEngines } = await import("../../engine/index.ts");
  const { refusal } = (await probeEngines()).uring;
  const native = loadNative();
  const paths = targets.flatMap(({ address }) => ("path" in address ? [address.path] : []));
  const found = await describeEnvironment(paths[0] ?? null);
  const lines = [
    `Machine  ${found.cpus} x ${found.cpuModel}, ${formatBytes(found.memoryBytes)}, ` +
      found.kernel,
    `Node     ${found.nodeVersion}`,
    typeof native === "string"
      ? `Engine   sync: through Node's own file calls: ${native}`
      : "Engine   sync: direct system calls",
    `Engine   uring: ${refusal ?? "io_uring, for queue depths above 1"}`,
  ];
  if (found.mount !== null) {
    const { mountPoint, source, type } = found.mount;
    const device = found.device === null ? "" : `, device ${found.device.name}`;
    lines.push(`Mount    ${mountPoint} (${type} from ${source}${device})`);
  } else if (found.device !== null) {
    const { name, model, sizeBytes } = found.device;
    lines.push(`Device   ${name} (${model?.trim() ?? "model unknown"}, ${formatBytes(sizeBytes)})`);
  }
  return lines;
}

async function planLines(
  plan: Plan,
  targets: readonly TargetSpec[],
  lenient: boolean,
  { console, interrupt, prices }: CommandContext & { readonly prices: Prices },
): Promise<{ readonly lines: string[]; readonly possible: boolean }> {
  const { signal } = interrupt;
  const { probeHost } = await import("../running/host.ts");
  const host = await probeHost();
  const { searchLines } = await import("../running/planned.ts");
  const { costLine } = await import("../running/cost.ts");
  const { estimateCost } = await import("../../cost/index.ts");
  const { preflight, resolvePhase, skipReason } = await import(
    "../../scenario/preflight/preflight.ts"
  );
  const { surveyTarget } = await import("../../storage/index.ts");
  const { awaited } = await import("../running/live.ts");
  const phases = plan.phases.length;
  const lines = [`${plan.name}: ${phases} phase${phases === 1 ? "" : "s"}, the file is right`];
  lines.push(...searchLines(plan).map((line) => `  ${line}`));
  let possible = true;
  for (const target of targets) {
    const skip = (reason: string) =>
      void lines.push(`  ${target.name}: skipped in a run of several: ${reason}`);
    const reason = lenient ? skipReason(plan, target, host) : null;
    if (reason !== null) {
      skip(reason);
      continue;
    }
    try {
      preflight(plan, target, host);
      await awaited(console, target, surveyTarget(target, { plan, signal }));
    } catch (error) {
      if (!(error instanceof PreflightError)) throw error;
      if (lenient && error instanceof UnsuitedError) {
        skip(error.message);
        continue;
      }
      possible = false;
      lines.push(`  ${target.name}: ${error.message}`);
      continue;
    }
    const cost = estimateCost(plan, target, prices);
    if (cost !== null) lines.push(`  ${costLine(plan, target, cost)}`);
    for (const phase of plan.phases) {
      const { engine, threads, depth } = resolvePhase(phase, target, host.engines);
      lines.push(
        `  ${target.name} / ${phase.name}: ${engine}, ${threads} threads x depth ${depth}`,
      );
    }
  }
  return { lines, possible };
}
