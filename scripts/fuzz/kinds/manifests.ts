import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { cleanTarget, findLeftovers } from "../../../src/storage/index.ts";
import { parseManifest } from "../../../src/storage/ownership/manifest.ts";
import { edited, type JsonEdit, jsonEdits, pathsOf } from "./json-cases.ts";
import { type Ending, isSentence, type Kind, kindOf } from "./kind.ts";
import { textLike } from "./text-cases.ts";

/** The run whose data is looked for and cleaned. */
export const FUZZ_RUN_ID = "20261126-030426-fuzz";
/** Of every dataset here. */
export const FILES_PER_DIRECTORY = 1000;

const plan = {
  name: "data",
  kind: "files",
  count: 3,
  size: { kind: "fixed", bytes: 16 },
  seed: 42,
  shardBytes: 0,
  filesPerDirectory: FILES_PER_DIRECTORY,
  suffix: ".bin",
  data: { compressible: 1, dedupable: 1, verifiable: false },
};

const MANIFEST = {
  format: "assay-manifest",
  version: 1,
  runId: FUZZ_RUN_ID,
  assayVersion: "0.1.0",
  startedAt: "2026-11-26T03:04:26.000Z",
  kept: false,
  holder: null,
  datasets: [
    { folder: "data", plan },
    {
      folder: "shards",
      plan: {
        ...plan,
        name: "shards",
        kind: "shards",
        size: { kind: "uniform", minBytes: 1, maxBytes: 64 },
        shardBytes: 4096,
        tree: { width: 2, depth: 1 },
      },
    },
    {
      folder: "skewed",
      plan: {
        ...plan,
        name: "skewed",
        size: {
          kind: "lognormal",
          meanBytes: 64,
          standardDeviationBytes: 8,
          minBytes: 1,
          maxBytes: 512,
        },
      },
    },
  ],
};

/** A manifest that lists this many files of 16 bytes in `data`. */
export function fileManifest(count: number): string {
  return JSON.stringify({ ...MANIFEST, datasets: [{ folder: "data", plan: { ...plan, count } }] });
}

const TEXT = JSON.stringify(MANIFEST, null, 2);
const PATHS = pathsOf(MANIFEST);
const FOREIGN = "what others keep here";

let target: string | null = null;

/** Looks at a target with this manifest and cleans it; what others have there stays. */
async function tryTarget(text: string): Promise<Ending> {
  target ??= mkdtempSync(join(tmpdir(), "assay-fuzz-target-"));
  const own = join(target, `assay-${FUZZ_RUN_ID}`);
  const data = join(own, "data");
  mkdirSync(data, { recursive: true });
  const foreign = [join(target, "thesis.tex"), join(own, "notes"), join(data, "thesis.tex")];
  for (const path of foreign) writeFileSync(path, FOREIGN);
  writeFileSync(join(own, "manifest.json"), text);
  const spec: TargetSpec = {
    name: "t",
    kind: "directory",
    address: { kind: "path", path: target },
    provisioned: {},
  };
  try {
    const found = await findLeftovers(spec, "look");
    await cleanTarget(spec, FUZZ_RUN_ID);
    return found.some(({ problem }) => problem !== null) ? "sentence" : "result";
  } catch (error) {
    if (isSentence(error)) return "sentence";
    throw error;
  } finally {
    const harmed = foreign.find(
      (path) => !existsSync(path) || readFileSync(path, "utf8") !== FOREIGN,
    );
    if (harmed !== undefined) refuseHarm(harmed);
  }
}

function refuseHarm(path: string): never {
  throw new Error(`${path} was harmed, which is not the run's`);
}

async function close(): Promise<void> {
  if (target !== null) rmSync(target, { recursive: true, force: true });
  target = null;
}

interface ManifestCase {
  readonly edits: readonly JsonEdit[];
}

const fromEdits = ({ edits }: ManifestCase) => JSON.stringify(edited(MANIFEST, PATHS, edits));

/** Manifests written by others, as a text and in a target. */
export const MANIFEST_KINDS: readonly Kind[] = [
  kindOf({
    name: "manifest",
    weight: 60,
    cases: fc.oneof(
      textLike([TEXT]),
      jsonEdits.map((edits) => fromEdits({ edits })),
    ),
    attempt: (text): Ending => ("invalid" in parseManifest(text) ? "sentence" : "result"),
  }),
  kindOf({
    name: "leftovers",
    weight: 2,
    cases: fc.record({ edits: jsonEdits }),
    attempt: (input: ManifestCase) => tryTarget(fromEdits(input)),
    close,
  }),
];
