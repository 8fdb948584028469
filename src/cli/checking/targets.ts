import { describeEnvironment } from "../../environment/index.ts";
import { knowledgeWarnings, learnStorage } from "../../environment/knowledge.ts";
import { PreflightError } from "../../model/fault/errors.ts";
import type { Environment } from "../../model/run/environment.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { CheckedFact, CheckedTarget } from "../../report/check/check.ts";
import { formatBytes } from "../../report/parts/format.ts";
import { endpointWords } from "../../report/parts/where.ts";
import { storageRows } from "../../report/run/sections/storage.ts";
import { surveyTarget } from "../../storage/index.ts";
import type { CommandContext } from "../command.ts";
import { awaited } from "../live/waiting.ts";

/** How targets are checked. */
interface TargetCheck {
  readonly offline: boolean;
  /** With scenarios, whether a block device can be used depends on the scenario. */
  readonly hasScenarios: boolean;
}

/** Returns the known facts about a target, and whether it can be used. Changes nothing. */
export async function checkTarget(
  target: TargetSpec,
  { offline, hasScenarios }: TargetCheck,
  context: CommandContext,
): Promise<CheckedTarget> {
  const { address, name, kind } = target;
  const environment = await describeEnvironment("path" in address ? address.path : null);
  const storage = await learnStorage(target, environment, { offline, env: context.env });
  const survey = await surveyed(target, hasScenarios, context);
  const facts = storageRows(storage).map(([fact, value, source]) => ({
    name: fact,
    value,
    source,
  }));
  return {
    name,
    kind,
    usable: survey.reason === null,
    reason: survey.reason,
    facts: [...placeFacts(target, environment), ...facts],
    warnings: [...knowledgeWarnings(storage).map(({ message }) => message), ...survey.warnings],
    unknown: storage.unknown,
  };
}

function placeFacts({ address, reachedBy }: TargetSpec, found: Environment): CheckedFact[] {
  if (address.kind === "bucket") {
    const value = endpointWords(address, reachedBy);
    return [{ name: "endpoint", value, source: "targets and environment" }];
  }
  const source = "detected on this host";
  if (found.mount !== null) {
    const { mountPoint, source: of, type } = found.mount;
    const device = found.device === null ? "" : `, device ${found.device.name}`;
    return [{ name: "mount", value: `${mountPoint} (${type} from ${of}${device})`, source }];
  }
  if (found.device === null) return [];
  const { name, model, sizeBytes } = found.device;
  const value = `${name} (${model?.trim() ?? "unknown model"}, ${formatBytes(sizeBytes)})`;
  return [{ name: "device", value, source }];
}

/** Looks at the target: it may not exist, not respond, or be in use by another run. */
async function surveyed(
  target: TargetSpec,
  hasScenarios: boolean,
  { console, interrupt: { signal } }: CommandContext,
): Promise<{ readonly reason: string | null; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  if (hasScenarios && target.address.kind === "device") return { reason: null, warnings };
  try {
    const onWarning = (message: string) => void warnings.push(message);
    await awaited(console, target, surveyTarget(target, { signal, onWarning }));
    return { reason: null, warnings };
  } catch (error) {
    if (!(error instanceof PreflightError)) throw error;
    return { reason: error.message, warnings };
  }
}
