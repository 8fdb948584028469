import { read } from "./tree.ts";

/** A row of the table of directories in docs/architecture.md. */
export interface Layer {
  readonly folder: string;
  readonly subFolders: readonly string[];
  readonly imports: readonly string[];
}

/** The table of directories: `| name | contents | subdirectories | may import |`. */
export const TABLE: readonly Layer[] = read("docs/architecture.md")
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter((cells) => cells.length === 6 && /^`[a-z0-9]+`$/.test(cells[1] ?? ""))
  .map(([, folder = "", , subFolders = "", imports = ""]) => ({
    folder: folder.slice(1, -1),
    subFolders: [...subFolders.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
    imports: imports === "–" ? [] : imports.split(", "),
  }));

/** Directories of `src` with those that each may import, by docs/architecture.md; and main.ts. */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(TABLE.map(({ folder, imports }) => [folder, imports])),
  main: ["cli", "posix"],
};

/** Files that open a folder's description where none is named `index.ts` or as the folder is. */
export const FACES: Readonly<Record<string, string>> = {
  "src/cli/ci": "step-summary.ts",
  "src/cli/testbed": "minio.ts",
  "src/cluster": "channel.ts",
  "src/cluster/carriers": "command.ts",
  "src/cluster/dial": "connection.ts",
  "src/cluster/launch": "launcher.ts",
  "src/cluster/lead": "generator.ts",
  "src/engine/known": "null.ts",
  "src/engine/local": "open-files.ts",
  "src/engine/objects": "errors.ts",
  "src/load": "worker.ts",
  "src/load/record": "recorder.ts",
  "src/metrics": "phase-result.ts",
  "src/metrics/statistics": "median.ts",
  "src/metrics/statistics/series": "levels.ts",
  "src/model": "units.ts",
  "src/model/fault": "errors.ts",
  "src/model/warnings": "warning-row.ts",
  "src/posix": "koffi.ts",
  "src/report/chart": "draw.ts",
  "src/report/chart/kit": "svg.ts",
  "src/report/chart/runs": "forest.ts",
  "src/report/parts": "document.ts",
  "src/report/run/files": "summary-csv.ts",
  "src/report/run/sections": "results.ts",
  "src/report/run/words": "load.ts",
  "src/run": "execute.ts",
  "src/run/schema": "run.ts",
  "src/s3": "client.ts",
  "src/s3/http": "connection.ts",
  "src/s3/signing": "signature.ts",
  "src/storage/ownership": "manifest.ts",
  "src/testbed": "minio/minio.ts",
  "src/testbed/foreground": "execute.ts",
  "src/testbed/volume": "start.ts",
  "src/testbed/volume/limits": "kinds.ts",
  "src/testbed/volume/system": "assemble.ts",
};
