import type { Claim } from "../../../src/model/claim/claim.ts";
import { changed, files, objects, type SideChange, type SideSpec, sideOf } from "../sides.ts";

const MIB = 2 ** 20;
const KIB = 2 ** 10;
const GIB = 2 ** 30;

/** What a claim's condition asks of its sides beyond what the sides themselves say. */
interface Sides {
  readonly of?: SideChange;
  readonly over?: SideChange;
  /** Times the second side that agrees and that contradicts, where it is not about 1. */
  readonly agrees?: number;
  readonly contradicts?: number;
}

const covering: SideChange = {
  reused: true,
  dataset: files(MIB),
  phase: { access: "permutation" },
};

/** Both passes over data that was there before, on a volume with such facts. */
const passes = (provisioned: SideChange["provisioned"] = {}): Sides => ({
  of: { ...covering, provisioned: provisioned ?? {} },
  over: { ...covering, provisioned: provisioned ?? {}, startedAt: "2026-11-20T11:00:00.000Z" },
});

const parts = { partBytes: 16 * MIB, partConcurrency: 8 };
const accelerated: Sides = {
  of: { address: { accelerate: true } as SideChange["address"] & object },
  over: { address: {} },
};
const far = { region: "ap-south-1", type: "m6a.48xlarge", networkBaselineBytesPerSecond: 50e9 };

const samples: SideChange = { dataset: files(100 * KIB), phase: { blockBytes: 100 * KIB } };
const twice: Sides = { of: { clients: 2 } };
/** More than one client of the made storage reaches. */
const large = { throughputPerTibBytesPerSecond: 1e9, sizeBytes: 12 * 1024 * GIB };

/** By id; a claim that is not here needs no more than its sides say. */
const CASES: Readonly<Record<string, Sides>> = {
  "ebs.io2_vs_gp.outliers": { agrees: 40, contradicts: 2 },
  "ebs.init.penalty": passes({ origin: "snapshot", initialised: false }),
  "ebs.init.empty": passes({ origin: "empty" }),
  "ebs.fsr.full_perf": passes({ origin: "snapshot", initialised: true }),
  "ebs.enc.iops": encrypted(),
  "ebs.enc.latency": encrypted(),
  "efs.ia_vs_standard": {
    of: { ...covering, provisioned: { fileClass: "infrequent-access", untouchedDays: 30 } },
    over: { ...covering, provisioned: { fileClass: "standard" } },
    agrees: 20,
    contradicts: 3,
  },
  "efs.max_io": {
    of: { provisioned: { performanceMode: "max-io" } },
    over: { provisioned: { performanceMode: "general-purpose" } },
  },
  "efs.iosize.scaling": {
    of: { phase: { blockBytes: MIB } },
    over: { phase: { blockBytes: 64 * KIB } },
  },
  "lustre.scaling": {
    of: { provisioned: { sizeBytes: 4800 * GIB } },
    over: { provisioned: { sizeBytes: 2400 * GIB } },
    agrees: 2,
    contradicts: 1.2,
  },
  "lustre.lazyload": passes(),
  "s3.rate.prefix_scaling": {
    of: { dataset: { ...files(64 * KIB), filesPerDirectory: 8 } },
    agrees: 8,
    contradicts: 2,
  },
  "s3.range.parallel": { of: { phase: parts }, over: { phase: parts } },
  "s3.int.same_perf": {
    of: {
      reused: true,
      provisioned: { untouchedDays: 40 },
      phase: objects({ storageClass: "INTELLIGENT_TIERING" }),
    },
    over: { reused: true, phase: { dataset: "active", ...objects({ storageClass: "STANDARD" }) } },
  },
  "s3.ta.speedup": { ...accelerated, agrees: 3, contradicts: 0.8 },
  "s3x.vs_standard": { agrees: 5, contradicts: 20 },
  "sm.smallfiles": {
    of: { dataset: files(MIB, 640) },
    over: { dataset: files(160 * MIB) },
  },
  "guide.g03.efs": twice,
  "guide.g03.lustre": { of: { clients: 2, provisioned: large } },
  "guide.g04.clients": twice,
  "guide.g09.write": twice,
  "guide.g13.efs": { of: { clients: 2, ...samples } },
  "guide.g13.lustre": { of: { clients: 2, ...samples, provisioned: large } },
  "guide.g07.standard_not_slower": {
    of: { ...covering, provisioned: { fileClass: "standard" } },
    over: { ...covering, provisioned: { fileClass: "infrequent-access", untouchedDays: 30 } },
  },
  "guide.g07.ssd_not_slower": {
    of: { provisioned: { medium: "ssd", throughputPerTibBytesPerSecond: 125e6 } },
    over: { provisioned: { medium: "hdd", throughputPerTibBytesPerSecond: 12e6 } },
  },
  "guide.g08.prefix_list": { of: listing("directory"), over: listing("dataset") },
  "guide.g15.parallel_upload": { of: { phase: parts }, over: { phase: parts } },
  "guide.g22.far": accelerated,
  "guide.g22.near": accelerated,
  "guide.g23.gp3_not_slower": {
    of: { provisioned: { sizeBytes: 900 * GIB } },
    over: { provisioned: { sizeBytes: 900 * GIB } },
  },
  "guide.g25.random_collapses": { agrees: 0.1, contradicts: 0.6 },
  "guide.g28.efs": encrypted(),
  "guide.g37.grows": {
    of: { provisioned: { sizeBytes: 4800 * GIB } },
    over: { provisioned: { sizeBytes: 2400 * GIB } },
    agrees: 2.2,
    contradicts: 1.2,
  },
  "guide.g28.kms": {
    of: { phase: objects({ encryption: { kind: "sse-kms", keyId: null } }) },
    over: { phase: objects({ encryption: { kind: "sse-s3" } }) },
  },
};

function encrypted(): Sides {
  return { of: { provisioned: { encrypted: true } }, over: { provisioned: { encrypted: false } } };
}

function listing(prefix: "directory" | "dataset"): SideChange {
  return { phase: { listing: { prefix, delimiter: false, pageSize: 1000 } } };
}

/** An alike pair of a claim, and ratios of their measurements that must come to a verdict. */
export interface ComparisonCase {
  readonly of: SideSpec;
  readonly over: SideSpec;
  readonly agrees: number;
  readonly contradicts: number;
}

/** The alike pair that a comparison of the catalogue is about. */
export function comparisonCase(claim: Claim): ComparisonCase {
  if (claim.over === null) throw new Error(`${claim.id} compares nothing`);
  const own = CASES[claim.id] ?? {};
  const [agrees, contradicts] = ratiosOf(claim, own);
  const isFar = claim.id === "s3.ta.speedup" || claim.id === "guide.g22.far";
  const host: SideChange = isFar ? { instance: far } : {};
  const of = changed(changed(sideOf(claim, claim.side), own.of ?? {}), host);
  const second = changed(changed(sideOf(claim, claim.over), own.over ?? {}), host);
  return { of, over: alikeBut(claim, of, second, own.over ?? {}), agrees, contradicts };
}

/** The second side with everything of the first that the claim does not vary. */
function alikeBut(claim: Claim, of: SideSpec, over: SideSpec, own: SideChange): SideSpec {
  const varies = new Set(claim.varies);
  const { mix, access, blockBytes } = over.phase;
  const phase = {
    ...of.phase,
    ...(varies.has("operations") && mix !== undefined ? { mix } : {}),
    ...(varies.has("access") && access !== undefined ? { access } : {}),
    ...(varies.has("blockSize") && blockBytes !== undefined ? { blockBytes } : {}),
    ...(varies.has("inFlight") ? { workers: 1 } : {}),
    ...own.phase,
  };
  const dataset = varies.has("objectSize") || varies.has("layout") ? over.dataset : of.dataset;
  const isSameKind = of.kind === over.kind;
  return {
    ...over,
    phase,
    dataset: { ...dataset, name: own.phase?.dataset ?? dataset.name },
    provisioned: isSameKind ? { ...of.provisioned, ...own.provisioned } : over.provisioned,
    seconds: of.seconds,
  };
}

function ratiosOf(claim: Claim, own: Sides): readonly [agrees: number, contradicts: number] {
  const { agrees, contradicts } = own;
  if (agrees !== undefined && contradicts !== undefined) return [agrees, contradicts];
  switch (claim.relation) {
    case "<":
    case "<=":
      return [0.5, 3];
    case ">":
    case ">=":
      return [3, 0.4];
    default:
      return [1, 0.4];
  }
}
