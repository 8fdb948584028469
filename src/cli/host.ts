import { probeEngines } from "../engine/index.ts";
import { readHostLimits } from "../environment/host-limits.ts";
import type { Host } from "../scenario/preflight.ts";

/** What this host can do, for the rules that `run` and `check` share. */
export async function probeHost(): Promise<Host> {
  return { engines: await probeEngines(), limits: readHostLimits() };
}
