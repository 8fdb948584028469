import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TargetSpec } from "../../model/target/target.ts";
import { shellWord } from "../command.ts";
import { RESULTS } from "../stored.ts";

/** Clause on the data that a run may leave in its target, and the command that removes it. */
export function leftBehind(runId: string, target: TargetSpec, resultsFolder: string): string {
  if (target.address.kind === "device") {
    return `data written to ${target.address.path} stays on the device`;
  }
  const stored = existsSync(join(resultsFolder, runId, "run.json"));
  const where = stored ? inResults(resultsFolder) : inTarget(target);
  return `data may be left in the target: \`assay clean ${runId}${where}\` removes it`;
}

function inResults(folder: string): string {
  return folder === RESULTS.default ? "" : ` --results ${shellWord(folder)}`;
}

/** Options that name the target, for a run that is not stored yet. */
function inTarget({ address }: TargetSpec): string {
  switch (address.kind) {
    case "device":
    case "path":
      return ` --target ${shellWord(address.path)}`;
    case "bucket": {
      const { bucket, prefix, endpoint, region } = address;
      const reach = endpoint === undefined ? "" : ` --endpoint ${shellWord(endpoint)}`;
      const url = shellWord(`s3://${bucket}/${prefix}`);
      return ` --target ${url} --region ${shellWord(region)}${reach}`;
    }
    case "memory":
      return "";
  }
}
