import { probeEngines } from "../engine/index.ts";
import { readHostLimits } from "../environment/host-limits.ts";
import { PreflightError } from "../model/errors.ts";
import type { Host } from "../scenario/preflight.ts";
import { addressSpaceObstacle } from "../scenario/preflight-host.ts";

/** What this host can do, for the rules that `run` and `check` share. */
export async function probeHost(): Promise<Host> {
  const limits = readHostLimits();
  // Engines are probed in a thread, and one that cannot be started takes the process with it.
  const refusal = addressSpaceObstacle(1, limits);
  if (refusal !== null) throw new PreflightError(refusal);
  return { engines: await probeEngines(), limits };
}
