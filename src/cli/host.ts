import { probeEngines } from "../engine/index.ts";
import { readHostLimits } from "../environment/machine/host-limits.ts";
import { PreflightError } from "../model/fault/errors.ts";
import { addressSpaceObstacle } from "../scenario/preflight/host.ts";
import type { Host } from "../scenario/preflight/preflight.ts";

/** What this host can do, for the rules that `run` and `check` share. */
export async function probeHost(): Promise<Host> {
  const limits = readHostLimits();
  // Engines are probed in a thread, and one that cannot be started takes the process with it.
  const refusal = addressSpaceObstacle(1, limits);
  if (refusal !== null) throw new PreflightError(refusal);
  return { engines: await probeEngines(), limits };
}
