import { directAlignment, misaligned } from "../../posix/direct-io.ts";
import type { Folder } from "../../posix/folder.ts";
import { layOut } from "../content/layout.ts";
import { noNewDirectories } from "../target/refusal.ts";
import { datasetsTogether, directBlocks, refuseAll } from "../target/survey.ts";
import type { SurveyOptions } from "../target/target.ts";
import { findOtherRuns } from "./claim.ts";
import { openRoot } from "./root.ts";
import { checkTogether, fileSystemAt } from "./writing/space.ts";

/** Kernel file systems such as proc, by `f_type` of statfs (linux/magic.h). */
const PSEUDO: ReadonlySet<number> = new Set([
  ...[0x9fa0, 0x62656572, 0x27e0eb, 0x63677270, 0x64626720, 0x74726163, 0x73636673],
  ...[0x6e736673, 0x50495045, 0x534f434b, 0xcafe4a11, 0x6165676c, 0x62656570, 0x1cd1],
]);

/** Checks whether a plan can run in a directory; see `surveyTarget`. */
export function surveyDirectory(path: string, options: SurveyOptions): void {
  const root = openRoot(path);
  try {
    surveyRoot(root, options);
  } finally {
    root.close();
  }
}

function surveyRoot(
  root: Folder,
  { plan, reuse = false, sharedFrom, joined }: SurveyOptions,
): void {
  const type = fileSystemAt(root)?.type;
  if (type !== undefined && PSEUDO.has(type)) throw noNewDirectories(root.path);
  findOtherRuns(root, joined ?? "");
  if (plan === undefined) return;
  refuseAll([
    () => {
      const blocks = directBlocks(plan);
      const alignment = blocks.length === 0 ? null : directAlignment(root.at("."), root.path);
      if (alignment === null) return;
      const odd = blocks.find((bytes) => bytes % alignment !== 0);
      if (odd !== undefined) throw misaligned(root.path, odd, alignment);
    },
    () => {
      if (reuse || sharedFrom !== undefined || joined !== undefined) return;
      const located = new Map(
        plan.datasets.map((dataset) => [dataset.name, layOut(dataset, dataset.name)]),
      );
      for (const names of datasetsTogether(plan)) {
        const locations = names.flatMap((name) => located.get(name) ?? []);
        checkTogether(root, locations);
      }
    },
  ]);
}
