import type { Catalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { verify } from "../../../src/claim/index.ts";
import { statementVerdict } from "../../../src/claim/verdict/statement-verdict.ts";
import { costsOf } from "../../../src/cli/guide/guide.ts";
import type { Prices } from "../../../src/cost/prices-schema.ts";
import { PLAIN_OBJECTS } from "../../../src/model/plan/object-options.ts";
import type { Run } from "../../../src/model/run/run.ts";
import type { TargetKind } from "../../../src/model/target/kind.ts";
import type { StorageClass } from "../../../src/model/target/storage-class.ts";
import type { Provisioned, TargetSpec } from "../../../src/model/target/target.ts";
import { guideReport } from "../../../src/report/guide/guide.ts";
import type { GuideInput, GuideScenario } from "../../../src/report/guide/subject.ts";
import { plain } from "../../../src/report/parts/document.ts";
import type { Document } from "../../../src/report/report.ts";
import { linesOf, type Made, type MadeRun, madeRun } from "../../truth/made-storage.ts";
import { plan } from "../fixture.ts";

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const NEVER_A_LIMIT = {
  type: "m7i.48xlarge",
  zone: "eu-west-1a",
  ebsBaselineIops: 400_000,
  ebsBaselineBytesPerSecond: 10e9,
  networkBaselineBytesPerSecond: 10e9,
};
const DEEP = { workers: 4, queueDepth: 32 };

function target(name: string, kind: TargetKind, provisioned: Provisioned): TargetSpec {
  const address = { kind: "path", path: `/mnt/${name}` } as const;
  const all = { ...provisioned, zone: "eu-west-1a" };
  return { name, kind, address, provisioned: all, instance: NEVER_A_LIMIT };
}

const BUCKET: TargetSpec = {
  name: "lake",
  kind: "s3",
  address: { kind: "bucket", region: "eu-west-1", bucket: "lake", prefix: "", pathStyle: false },
  provisioned: {},
  instance: NEVER_A_LIMIT,
};

/** A run of one scenario, named and titled as shipped ones are. */
function scenario(
  name: string,
  title: string,
  on: TargetSpec,
  phases: readonly Made[],
  seed: number,
): MadeRun {
  const made = madeRun(on, phases, { seed, id: `20261125-100000-${name}-${on.name}-${seed}` });
  const renamed: Run = {
    ...made.run,
    plan: plan(name, made.run.plan.phases, { title }),
    planHash: name.padEnd(64, "0"),
  };
  return { ...made, run: renamed };
}

function reads(name: string, rate: number, more: Partial<Made> = {}): Made {
  const { plan: planned, ...rest } = more;
  return { name, seconds: 60, rate, ...rest, plan: { blockBytes: 16_384, ...DEEP, ...planned } };
}

const one = (rate: number): Made =>
  reads("one", rate, { plan: { workers: 1, queueDepth: 1, blockBytes: 4096 } });

/** One of each class: what it gets of its objects, and how soon. */
function gets(storageClass: StorageClass, firstNs: number): Made {
  return {
    name: `get[storageClass=${storageClass}]`,
    operations: ["fetch"],
    seconds: 20,
    rate: 90,
    medianNs: firstNs,
    plan: {
      blockBytes: MIB,
      access: "shuffled",
      workers: 2,
      queueDepth: 4,
      objects: { ...PLAIN_OBJECTS, storageClass },
    },
  };
}

/** Storage of known truth: an honest gp3, a slow io2, a cached EFS, a bucket of three classes. */
export function rich(): readonly MadeRun[] {
  const origin = "empty";
  const gp3 = target("general", "ebs-gp3", {
    sizeBytes: 500 * GIB,
    iops: 6000,
    throughputBytesPerSecond: 250 * MIB,
    origin,
  });
  const gp2 = target("older", "ebs-gp2", { sizeBytes: 2000 * GIB, origin });
  const io2 = target("fast", "ebs-io2", { sizeBytes: 500 * GIB, iops: 16_000, origin });
  const st1 = target("disk", "ebs-st1", { sizeBytes: 2048 * GIB, origin });
  const efs = target("shared", "efs", { throughputMode: "elastic", storedBytes: 100 * GIB });
  const limits = "The limits of a volume, read";
  const large = { plan: { blockBytes: MIB, access: "sequential", queueDepth: 8 } } as const;
  const volume = (on: TargetSpec, iops: number, quick: number, mibs: number, seed: number) =>
    scenario(
      "volume-limits",
      limits,
      on,
      [
        reads("iops", iops, { repetitions: 3 }),
        one(quick),
        reads("throughput", mibs, { ...large, repetitions: 3 }),
      ],
      seed,
    );
  return [
    volume(gp3, 6000, 1600, 250, 1),
    volume(gp2, 6000, 1500, 250, 2),
    volume(io2, 16_000, 1100, 250, 3),
    scenario("volume-limits", limits, st1, [reads("iops", 90), reads("throughput", 80, large)], 4),
    scenario(
      "volume-limits",
      limits,
      efs,
      [reads("iops", 9000, { cachedShare: 0.4 }), one(800), reads("throughput", 400, large)],
      5,
    ),
    scenario(
      "storage-tiers",
      "Storage classes",
      BUCKET,
      [gets("STANDARD", 30e6), gets("STANDARD_IA", 31e6), gets("GLACIER_IR", 60e6)],
      6,
    ),
  ];
}

/** All that a report of such runs is made of, as the command line makes it. */
export function guideInput(
  { claims: all, statements }: Catalogue,
  made: readonly MadeRun[],
  prices: Prices | null,
  scenarios: readonly GuideScenario[] = [],
): GuideInput {
  const runs = made.map(({ run }) => run);
  const named = new Set(statements.flatMap((statement) => statement.claims));
  const claims = all.filter(({ id }) => named.has(id));
  const found = verify(claims, runs, linesOf(made));
  const verdicts = statements.map((statement) => statementVerdict(statement, found));
  const costs = prices === null ? [] : costsOf(runs, prices);
  return { statements, claims, verdicts, runs, costs, scenarios };
}

export function guideDocument(...parameters: Parameters<typeof guideInput>): Document {
  return guideReport(guideInput(...parameters));
}

type Row = Readonly<Record<string, unknown>>;

/** Rows of a document's data by column. */
export function records({ data: { columns, rows } }: Document): readonly Row[] {
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ key }, index) => [key, row[index]?.value ?? null])),
  );
}

/** Rows of one of its tables by column. */
export function table(document: Document, id: string): readonly Row[] {
  const blocks = document.sections.flatMap((section) => section.blocks);
  // A wide table is divided into `id`, `id-2`, …, each with the same rows.
  const parts = blocks.flatMap((block) => {
    const isPart = block.kind === "table" && block.id.replace(/-\d+$/, "") === id;
    return isPart ? [records({ ...document, data: block })] : [];
  });
  const [first = []] = parts;
  return first.map((_, at) => Object.assign({}, ...parts.map((rows) => rows[at])));
}

/** The first words of its lead. */
export const firstLine = ({ lead: [first] }: Document): string =>
  first?.kind === "paragraph" ? plain(first.text) : "";
