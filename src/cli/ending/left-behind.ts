import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TargetSpec } from "../../model/target/target.ts";
import { RESULTS } from "../stored.ts";

/** What may be left of a run that ends now, and the command that removes it. */
export function leftBehind(runId: string, target: TargetSpec, resultsFolder: string): string {
  if (target.address.kind === "device") {
    return `what was written to ${target.address.path} stays there: a device has nothing to remove`;
  }
  const stored = existsSync(join(resultsFolder, runId, "run.json"));
  const where = stored ? inResults(resultsFolder) : inTarget(target);
  return `data may be left in the target: \`assay clean ${runId}${where}\` removes it`;
}

function inResults(folder: string): string {
  return folder === RESULTS.default ? "" : ` --results ${shellWord(folder)}`;
}

/** Before anything is stored, only the target itself knows of the run. */
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

/** As a POSIX shell reads it back. */
function shellWord(text: string): string {
  if (/^[A-Za-z0-9_/.:=@%+,-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
