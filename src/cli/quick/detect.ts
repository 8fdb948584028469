import { describeEnvironment } from "../../environment/index.ts";
import { learnStorage } from "../../environment/knowledge.ts";
import { type Detected, detectKind } from "../../model/target/detected-kind.ts";
import type { TargetSpec } from "../../model/target/target.ts";

const NOTHING: Detected = { kind: null, storage: null, missing: null };

/** Detects the storage of a target whose kind is not declared. */
export async function detectStorage(
  target: TargetSpec,
  options: { readonly offline: boolean; readonly env: NodeJS.ProcessEnv },
): Promise<Detected> {
  const { address } = target;
  if (address.kind !== "path" && address.kind !== "device") return NOTHING;
  const environment = await describeEnvironment(address.path);
  return detectKind(await learnStorage(target, environment, options));
}
