/**
 * Tells a run's data from all other data in a target. The manifest (this file) lists the datasets
 * of a run; cleanup removes what it lists and nothing else. `lock.ts` finds out whether the process
 * that holds a manifest still runs, `leftover.ts` describes the runs that a target holds, and
 * `cleaning.ts` counts what a cleanup removes. Nothing here reads or writes a target.
 */
import { z } from "zod";
import { type DatasetPlan, tooManyFiles } from "../../model/plan/dataset.ts";
import { CHECKSUM_ALGORITHMS, type StoredAs } from "../../model/plan/object-options.ts";
import { faultText, parseJson } from "../../model/run/stored-json.ts";
import { STORAGE_CLASSES } from "../../model/target/storage-class.ts";
import { component, DATASET_FIELDS, RUN_ID } from "./dataset-schema.ts";

/** Name of the manifest in a run's folder or below its key prefix. */
export const MANIFEST_NAME = "manifest.json";

/** A manifest has one entry per dataset; a larger file or object is another program's. */
export const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;

/** A scenario of the largest size that is read has fewer. */
const MAX_DATASETS = 100_000;

const planSchema = z.strictObject(DATASET_FIELDS);

/** How the objects of a kept dataset lie in the store. */
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
  // Bounded before anything is laid out: names and sizes follow from a few numbers.
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

/** The process that works with the data, told apart from any later one with the same number. */
export type Holder = Readonly<z.infer<typeof holderSchema>>;

/**
 * A dataset of a manifest: its files' names and sizes follow from plan and folder (`layOut`). A
 * file may stand under its second name too, which follows as well (`renamedName`, `copyName`).
 */
interface ManifestDataset {
  readonly folder: string;
  readonly plan: DatasetPlan;
  /** Of a bucket's objects that were kept; absent: plain ones. */
  readonly objects?: StoredAs | undefined;
}

/**
 * What a run put into a target, written before the first byte of it. Clean-up deletes what stands
 * here and nothing else. It lies in `assay-<runId>/manifest.json`.
 */
export interface Manifest {
  readonly format: "assay-manifest";
  readonly version: 1;
  /** The run whose folder this is; the run that uses kept data is `holder.runId`. */
  readonly runId: string;
  readonly assayVersion: string;
  readonly startedAt: string;
  /** The user asked for the data to stay for later runs. */
  readonly kept: boolean;
  /** Who works with the data; null once it let go. */
  readonly holder: Holder | null;
  readonly datasets: readonly ManifestDataset[];
}

/** Whether a text can be the id of a run: one plain component of a path or key. */
export function isRunId(text: string): boolean {
  return RUN_ID.test(text);
}

/** The id of a run that is named by its id or by its folder in a target: `assay-<id>`. */
export function runIdOf(named: string): string {
  const runId = /^assay-(.+?)\/?$/.exec(named)?.[1] ?? named;
  return isRunId(runId) ? runId : named;
}

/** Name of a run's folder (or key prefix, with a slash after it) in a target. */
export function runFolder(runId: string): string {
  return `assay-${runId}`;
}

/** The manifest of a run that begins now; every dataset goes into the folder of its name. */
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

/** The manifest as JSON text; throws when a name in it is not fit to be a path component. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifestSchema.parse(manifest), null, 2)}\n`;
}

/**
 * Reads a manifest, or says in half a sentence why the text is none. What it lists is within what
 * can be laid out in memory: a manifest is some hundred bytes, whatever it lists.
 */
export function parseManifest(text: string): Manifest | { readonly invalid: string } {
  const json = parseJson(text);
  if ("invalid" in json) return json;
  const parsed = manifestSchema.safeParse(json.value);
  if (parsed.success) return parsed.data;
  return { invalid: `is not an assay manifest (${faultText(parsed.error, json.value)})` };
}

/**
 * The datasets a manifest has to list so that this one is among them; null where it is already.
 * Throws where a dataset of that name is listed with another plan.
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

/** Whether two lists name the same datasets, so that the data of one can serve the other. */
export function sameDatasets(one: readonly DatasetPlan[], other: readonly DatasetPlan[]): boolean {
  const texts = (plans: readonly DatasetPlan[]) =>
    plans.map((plan) => JSON.stringify(planSchema.parse(plan))).sort();
  return texts(one).join("\n") === texts(other).join("\n");
}
