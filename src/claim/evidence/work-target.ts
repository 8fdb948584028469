import { hostWords, isSameHost, softwareWords } from "../../metrics/difference/surroundings.ts";
import type { WorkProperty } from "../../model/claim/work.ts";
import type { Run } from "../../model/run/run.ts";
import { BLOCK_KINDS, type TargetKind } from "../../model/target/kind.ts";
import type { Provisioned } from "../../model/target/target.ts";
import { amountWords } from "../../model/units.ts";
import type { Evidence } from "./evidence.ts";
import { kindOf } from "./select.ts";
import { NOT_RECORDED, type PHASE_PROPERTIES, type Property } from "./work-phase.ts";

/** All that is not read from the plan of a phase. */
type TargetProperty = Exclude<WorkProperty, keyof typeof PHASE_PROPERTIES>;

/** Both sides are measured within this time: storage and its neighbors change over days. */
const SAME_SESSION_MS = 24 * 3600e3;

/** What is provisioned beside size, class and encryption, which have names of their own. */
const PERFORMANCE_FACTS = [
  "iops",
  "throughputBytesPerSecond",
  "throughputMode",
  "availability",
  "deployment",
  "medium",
  "throughputPerTibBytesPerSecond",
  "metadataIops",
  "linkedToS3",
] as const satisfies readonly (keyof Provisioned)[];

function factOf({ knowledge }: Evidence, name: keyof Provisioned): string {
  const value = knowledge.provisioned[name]?.value;
  return value === undefined ? "undeclared" : String(value);
}

/** One declared or described fact of some kinds of target; null on others, which have no such. */
function fact(words: string, name: keyof Provisioned, kinds: ReadonlySet<TargetKind>): Property {
  return {
    words,
    read: (evidence) => (kinds.has(kindOf(evidence)) ? factOf(evidence, name) : null),
    setting: (evidence) => `a target with \`provisioned.${name}: ${factOf(evidence, name)}\``,
  };
}

function provisionedWords(evidence: Evidence): string | null {
  if (evidence.target.address.kind === "bucket") return null;
  const facts = PERFORMANCE_FACTS.filter((name) => factOf(evidence, name) !== "undeclared");
  // Bytes stored move the limits of an EFS in its bursting mode, and of nothing else.
  const isBursting = factOf(evidence, "throughputMode") === "bursting";
  const names = isBursting ? [...facts, "storedBytes" as const] : facts;
  if (names.length === 0) return "undeclared";
  return names.map((name) => `${name} ${factOf(evidence, name)}`).join(", ");
}

function fileSystemWords(evidence: Evidence): string | null {
  if (!BLOCK_KINDS.has(kindOf(evidence))) return null;
  if (evidence.target.address.kind !== "path") return "none, a block device";
  const { mount, device } = firstRun(evidence)?.environment ?? { mount: null, device: null };
  if (mount === null) return NOT_RECORDED;
  const scheduler = device?.scheduler ?? "unknown";
  const readAhead = device?.readAheadKib ?? "unknown";
  return `${mount.type}, scheduler ${scheduler}, read-ahead ${readAhead} KiB`;
}

function firstRun({ repetitions }: Evidence): Run | undefined {
  return repetitions[0]?.run;
}

/** Ways to a bucket beside region and acceleration. Null for a path, whose address says nothing. */
function addressWords({ target: { address } }: Evidence): string | null {
  if (address.kind !== "bucket") return null;
  const { endpoint, pathStyle, dualStack, fips, requesterPays, endpoints = [] } = address;
  const flags = { pathStyle, dualStack, fips, requesterPays };
  const set = Object.entries(flags).flatMap(([name, on]) => (on === true ? [name] : []));
  return [endpoint ?? "the endpoint of AWS", ...endpoints, ...set].join(", ");
}

/** Whether the data was accessed before; blocks of an initialized volume count as if it was. */
function touchWords(evidence: Evidence): string {
  const { knowledge, repetitions } = evidence;
  const { initialised, origin } = knowledge.provisioned;
  const isVolume = BLOCK_KINDS.has(kindOf(evidence));
  const isEmpty = origin?.value === "empty" && initialised?.value !== false;
  if (isVolume && (initialised?.value === true || isEmpty)) return "again";
  return [...new Set(repetitions.map(({ touch }) => touch))].sort().join(" and ");
}

/** Start of the first and the last repetition, in ms since 1970. */
function spanOf({ repetitions }: Evidence): readonly [first: number, last: number] {
  const times = repetitions.map(({ run }) => Date.parse(run.startedAt));
  return [Math.min(...times), Math.max(...times)];
}

function isSameSession(of: Evidence, over: Evidence): boolean {
  const [a, b] = [spanOf(of), spanOf(over)];
  return Math.max(a[0], b[0]) - Math.min(a[1], b[1]) <= SAME_SESSION_MS;
}

/** What the phases ran on and with, and when. */
export const TARGET_PROPERTIES: Readonly<Record<TargetProperty, Property>> = {
  kind: {
    words: "kind of storage",
    read: kindOf,
    setting: (evidence) => `a target of kind ${kindOf(evidence)}`,
  },
  provisioned: {
    words: "provisioned performance",
    read: provisionedWords,
    setting: (evidence) => `a target provisioned with ${provisionedWords(evidence)}`,
  },
  size: {
    words: "size of the storage",
    read: (evidence) => {
      if (evidence.target.address.kind === "bucket") return null;
      const bytes = evidence.knowledge.provisioned.sizeBytes?.value;
      return bytes === undefined ? "undeclared" : amountWords(bytes, "bytes");
    },
    setting: (evidence) => `a target with \`provisioned.size: ${factOf(evidence, "sizeBytes")}B\``,
  },
  encrypted: fact("encryption at rest", "encrypted", new Set([...BLOCK_KINDS, "efs"])),
  fileClass: fact("file class", "fileClass", new Set(["efs"])),
  performanceMode: fact("performance mode", "performanceMode", new Set(["efs"])),
  fileSystem: {
    words: "file system and block device",
    read: fileSystemWords,
    setting: (evidence) => `a target on ${fileSystemWords(evidence)}`,
  },
  region: {
    words: "Region of the bucket",
    read: ({ target: { address } }) => (address.kind === "bucket" ? address.region : null),
    setting: ({ target: { address } }) =>
      `a bucket in ${address.kind === "bucket" ? address.region : "the same Region"}`,
  },
  address: {
    words: "endpoint",
    read: addressWords,
    setting: (evidence) => `an endpoint such as ${addressWords(evidence)}`,
  },
  acceleration: {
    words: "Transfer Acceleration",
    read: ({ target: { address } }) =>
      address.kind === "bucket" ? String(address.accelerate === true) : null,
    setting: ({ target: { address } }) =>
      `\`accelerate: ${address.kind === "bucket" && address.accelerate === true}\``,
  },
  engine: {
    words: "engine",
    read: enginesOf,
    setting: (evidence) => `\`engine: ${enginesOf(evidence)}\``,
  },
  touch: {
    words: "whether the data was accessed before",
    read: touchWords,
    setting: (evidence) => `data that is accessed ${touchWords(evidence)} (first: never before)`,
  },
  emulation: {
    words: "emulated storage",
    read: ({ target }) => (target.emulated === undefined ? "no" : `yes, ${target.emulated.scale}`),
    setting: ({ target }) =>
      target.emulated === undefined ? "storage of AWS" : "storage that is emulated likewise",
  },
  host: {
    words: "host",
    read: (evidence) => firstText(evidence, hostWords),
    isAlike: (of, over) => {
      const [one, other] = [firstRun(of), firstRun(over)];
      return one !== undefined && other !== undefined && isSameHost(one, other);
    },
    setting: (evidence) => `a host such as ${firstText(evidence, hostWords)}`,
  },
  software: {
    words: "software",
    read: (evidence) => firstText(evidence, softwareWords),
    setting: (evidence) => `the same software: ${firstText(evidence, softwareWords)}`,
  },
  time: {
    words: "time of the measurement",
    read: (evidence) => firstText(evidence, ({ startedAt }) => startedAt),
    isAlike: isSameSession,
    setting: () => "both within 24 hours",
  },
};

function firstText(evidence: Evidence, read: (run: Run) => string): string | null {
  const run = firstRun(evidence);
  return run === undefined ? null : read(run);
}

function enginesOf({ repetitions }: Evidence): string {
  return [...new Set(repetitions.map(({ result }) => result.engine))].sort().join(" and ");
}
