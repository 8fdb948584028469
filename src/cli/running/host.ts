import { ENGINES, probeEngines } from "../../engine/index.ts";
import { describeEnvironment } from "../../environment/index.ts";
import { readHostLimits } from "../../environment/machine/host-limits.ts";
import { PreflightError } from "../../model/fault/errors.ts";
import type { ClientLimits } from "../../model/run/harness.ts";
import { clientLimitsPath, readClientLimits } from "../../run/selftest/client-limit-store.ts";
import { addressSpaceObstacle } from "../../scenario/preflight/host.ts";
import type { Host } from "../../scenario/preflight/preflight.ts";
import type { CommandContext } from "../command.ts";

/**
 * Probes the engines and limits of this host, for the checks that `run` and `check` share. Without
 * `ring`, io_uring is not probed: the plans do not use it.
 */
export async function probeHost(ring = true): Promise<Host> {
  const limits = readHostLimits();
  // Engines are probed in a thread. If it cannot be started, the process ends.
  const refusal = addressSpaceObstacle(1, limits);
  if (refusal !== null) throw new PreflightError(refusal);
  return { engines: ring ? await probeEngines() : ENGINES, limits };
}

/** Client limits of this host and version; null if no selftest was run. */
export async function keptClientLimits({
  version,
  env,
}: Pick<CommandContext, "version" | "env">): Promise<ClientLimits | null> {
  return readClientLimits(clientLimitsPath(await describeEnvironment(null), version, env));
}
