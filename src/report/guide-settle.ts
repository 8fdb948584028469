import { KIND_NOUNS } from "../model/kind-nouns.ts";
import { BUCKET_KINDS, type TargetKind } from "../model/target.ts";
import type { Block, Section, Text } from "./document.ts";
import { code, list, paragraph } from "./document.ts";
import type { JudgedStatement } from "./guide-source.ts";

/** Which runs would settle what is open, as commands; null where none would. */
export function settleSection(all: readonly JudgedStatement[]): Section | null {
  const open = all.filter(({ judged }) => judged.outcome === "inconclusive");
  const blocks: Block[] = [];
  const again = repeated(open);
  if (again.length > 0) blocks.push(paragraph("Of what was run:"), list(again));
  const first = commands(open.filter(({ judged }) => judged.verdicts.every(isOff)));
  if (first.length > 0) {
    blocks.push(
      paragraph(
        "Of what was not run on such a storage, one command for each. A targets file says what " +
          "was provisioned, which most figures depend on (",
        code("scenarios/targets.example.yaml"),
        "):",
      ),
      list(first),
    );
  }
  return blocks.length === 0 ? null : { title: "What would settle the rest", blocks };
}

function isOff({ reason }: JudgedStatement["judged"]["verdicts"][number]): boolean {
  return reason.code === "off-aws";
}

/** What verdicts themselves say, with the statements and claims it would settle. */
function repeated(open: readonly JudgedStatement[]): readonly Text[] {
  const found = new Map<string, Set<string>>();
  for (const { statement, judged } of open) {
    for (const { settle, targets, reason } of judged.verdicts) {
      if (settle === null || reason.code === "off-aws") continue;
      const line = `${targets.join(" and ")}: ${settle}`;
      found.set(line, (found.get(line) ?? new Set()).add(statement.id));
    }
  }
  return [...found].map(([line, ids]) => `${line} (${[...ids].join(", ")}).`);
}

/** One for each kind of target that a statement can be tested on and that has a workload. */
function commands(open: readonly JudgedStatement[]): readonly Text[] {
  const kinds = [...new Set(open.flatMap(({ statement }) => statement.kinds))];
  return kinds.flatMap((kind): Text[] => {
    const own = open.filter(
      ({ statement }) => statement.kinds.includes(kind) && statement.workloads.length > 0,
    );
    const scenarios = new Set(
      own.flatMap(({ statement }) => statement.workloads.map(({ scenario }) => scenario)),
    );
    if (scenarios.size === 0) return [];
    const ids = own.map(({ statement }) => statement.id).join(", ");
    const command = `npx assay run ${[...scenarios].join(" ")} ${whereOf(kind)} --kind ${kind}`;
    const [noun = ""] = KIND_NOUNS[kind].split(",");
    return [[`On ${noun} (${ids}): `, code(command)]];
  });
}

function whereOf(kind: TargetKind): string {
  return BUCKET_KINDS.has(kind) ? "--target s3://BUCKET/PREFIX" : "--target /mnt/PATH";
}
