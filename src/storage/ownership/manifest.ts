/**
 * Distinguishes a run's data from all other data in a target. The manifest (this file) lists the
 * datasets of a run; cleanup removes what it lists and nothing else. `lock.ts` checks whether the
 * process that holds a manifest still runs, `member.ts` lets several hosts share the data of one
 * run, `leftover.ts` describes the runs found in a target, and `cleaning.ts` counts what a cleanup
 * removes. Nothing here reads or writes a target.
 */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { type DatasetPlan, tooManyFiles } from "../../model/plan/dataset.ts";
import { CHECKSUM_ALGORITHMS, type StoredAs } from "../../model/plan/object-options.ts";
import { faultText, parseJson } from "../../model/run/stored-json.ts";
import { STORAGE_CLASSES } from "../../model/target/storage-class.ts";
import { component, DATASET_FIELDS, RUN_ID } from "./dataset-schema.ts";

/** Name of the manifest in a run's directory or below its key prefix. */
export const MANIFEST_NAME = "manifest.json";

/** Maximum size of a manifest; a larger file or object is not a manifest of assay. */
export const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;

/** More datasets than a scenario file of the maximum size can define. */
const MAX_DATASETS = 100_000;

const planSchema = z.strictObject(DATASET_FIELDS);

/** Storage class, encryption and checksum of the objects of a kept dataset. */
const objectsSchema = z.strictObject({
  storageClass: z.enum(STORAGE_CLASSES).nullable(),
  encryption: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.enum(["none", "sse-s3", "sse-c"]) }),
    z.strictObject({ kind: z.literal("sse-kms"), keyId: z.string().nullable() }),
  ]),
  checksum: z.enum(CHECKSUM_ALGORITHMS).nullable(),
});

const word = z.string().max(1024);

const holderSchema = z.strictObject({
  runId: word,
  host: word,
  pid: z.number().int(),
  bootId: word,
  pidNamespace: word,
  processStart: word,
});

const manifestSchema = z.strictObject({
  format: z.literal("assay-manifest"),
  version: z.literal(1),
  runId: z.string().regex(RUN_ID),
  assayVersion: word,
  startedAt: word,
  kept: z.boolean(),
  holder: holderSchema.nullable(),
  token: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "128 bits in hexadecimal digits")
    .exactOptional(),
  // Limited before layout, because a few numbers can describe any number of files.
  datasets: z
    .array(
      z.strictObject({
        folder: component,
        plan: planSchema,
        objects: objectsSchema.optional(),
      }),
    )
    .max(MAX_DATASETS)
    .check(({ value, issues }) => {
      const tooMany = tooManyFiles(value.map(({ plan }) => plan));
      if (tooMany === null) return;
      const { expected: message, got } = tooMany;
      issues.push({ code: "custom", message, params: { got }, input: value });
    }),
});

/** The process that uses the data, with facts that distinguish it from a later process. */
export type Holder = Readonly<z.infer<typeof holderSchema>>;

/**
 * A dataset of a manifest. `layOut` derives the names and sizes of its files from plan and folder.
 * A file may have its second name instead (`renamedName`, `copyName`).
 */
interface ManifestDataset {
  readonly folder: string;
  readonly plan: DatasetPlan;
  /** How the kept objects of a bucket are stored; absent: with the bucket's defaults. */
  readonly objects?: StoredAs | undefined;
}

/**
 * List of the data that a run writes to a target, stored in `assay-<runId>/manifest.json` before
 * the first byte of data. Cleanup deletes what the manifest lists and nothing else.
 */
export interface Manifest {
  readonly format: "assay-manifest";
  readonly version: 1;
  /** The run that created the data; the run that reuses kept data is `holder.runId`. */
  readonly runId: string;
  readonly assayVersion: string;
  readonly startedAt: string;
  /** Whether the user requested to keep the data for later runs. */
  readonly kept: boolean;
  /** The process that uses the data; null if no run uses it. */
  readonly holder: Holder | null;
  /**
   * 128 random bits by which several hosts know that they use the same storage; absent: one host.
   */
  readonly token?: string;
  readonly datasets: readonly ManifestDataset[];
}

/** Whether a text is a valid run id: one plain component of a path or key. */
export function isRunId(text: string): boolean {
  return RUN_ID.test(text);
}

/** Makes a run id from the time, names and four random digits: it sorts by time. */
export function makeRunId(names: readonly string[], now: Date): string {
  const time = now.toISOString().replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const plain = names.map((name) =>
    name
      .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
      .replaceAll(/^[-.]+|[-.]+$/g, "")
      .slice(0, 40),
  );
  return [time, ...plain, randomBytes(2).toString("hex")].filter((part) => part !== "").join("-");
}

/** Returns the run id for an id or for the name of a run's directory, `assay-<id>`. */
export function runIdOf(named: string): string {
  const runId = /^assay-(.+?)\/?$/.exec(named)?.[1] ?? named;
  return isRunId(runId) ? runId : named;
}

/** Name of a run's directory in a target, or of its key prefix without the final slash. */
export function runFolder(runId: string): string {
  return `assay-${runId}`;
}

/** Makes the manifest of a new run; the folder of each dataset has the dataset's name. */
export function makeManifest(about: {
  readonly runId: string;
  readonly assayVersion: string;
  readonly startedAt: string;
  readonly holder: Holder;
  readonly datasets: readonly DatasetPlan[];
}): Manifest {
  return {
    format: "assay-manifest",
    version: 1,
    runId: about.runId,
    assayVersion: about.assayVersion,
    startedAt: about.startedAt,
    kept: false,
    holder: about.holder,
    datasets: about.datasets.map((plan) => ({ folder: plan.name, plan })),
  };
}

/** Formats a manifest as JSON; throws if a name in it is not a valid path component. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifestSchema.parse(manifest), null, 2)}\n`;
}

/**
 * Parses a manifest. If the text is not a valid manifest, `invalid` holds the reason as a clause. A
 * valid manifest lists no more files than can be laid out in memory.
 */
export function parseManifest(text: string): Manifest | { readonly invalid: string } {
  const json = parseJson(text);
  if ("invalid" in json) return json;
  const parsed = manifestSchema.safeParse(json.value);
  if (parsed.success) return parsed.data;
  return { invalid: `is not an assay manifest (${faultText(parsed.error, json.value)})` };
}

/**
 * Adds a dataset to those of a manifest; null if the manifest already lists it. Throws if the
 * manifest lists a dataset of that name with another plan.
 */
export function datasetsWith(
  manifest: Manifest,
  dataset: DatasetPlan,
): readonly ManifestDataset[] | null {
  const listed = manifest.datasets.find(({ plan }) => plan.name === dataset.name);
  if (listed === undefined) {
    return [...manifest.datasets, { folder: dataset.name, plan: dataset }];
  }
  if (sameDatasets([listed.plan], [dataset])) return null;
  throw new Error(`dataset "${dataset.name}" was opened with another plan`);
}

/** Whether two lists contain the same datasets, so that data of one can be reused for the other. */
export function sameDatasets(one: readonly DatasetPlan[], other: readonly DatasetPlan[]): boolean {
  const texts = (plans: readonly DatasetPlan[]) =>
    plans.map((plan) => JSON.stringify(planSchema.parse(plan))).sort();
  return texts(one).join("\n") === texts(other).join("\n");
}
