import type { Warning } from "../model/run/run.ts";
import type { StorageKnowledge } from "../model/target/knowledge.ts";

/** What a reader must know of a storage before believing its numbers. */
export function knowledgeWarnings({ mismatches, states }: StorageKnowledge): readonly Warning[] {
  const changing = states.modification;
  const percent = states.modificationPercent;
  const done = percent === undefined ? "" : `, ${percent} % done`;
  return [
    ...mismatches.map((message) => ({ code: "declared-mismatch", message })),
    ...(changing === undefined
      ? []
      : [
          {
            code: "volume-changing",
            message:
              `the volume was being modified (${changing}${done}): until that is over it may ` +
              "deliver less than what was provisioned",
          },
        ]),
    ...(states.compression === undefined
      ? []
      : [
          {
            code: "compression",
            message:
              "the file system compresses: data that compresses goes faster than its storage",
          },
        ]),
  ];
}
