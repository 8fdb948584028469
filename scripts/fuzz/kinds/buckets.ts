import fc from "fast-check";
import { fileName } from "../../../src/model/plan/dataset.ts";
import type { TargetSpec } from "../../../src/model/target/target.ts";
import { cleanTarget, findLeftovers } from "../../../src/storage/index.ts";
import type { CleanReport } from "../../../src/storage/target/target.ts";
import { XML_BODIES } from "./answers.ts";
import { type FaultyAnswer, FaultyStore, REQUEST_KINDS, type StoreFault } from "./faulty-store.ts";
import { type Ending, isSentence, type Kind, kindOf } from "./kind.ts";
import { FILES_PER_DIRECTORY, FUZZ_RUN_ID, fileManifest } from "./manifests.ts";
import { textLike } from "./text-cases.ts";

/** More requests than any clean-up of nine objects needs: beyond it a listing does not end. */
const MAX_REQUESTS = 400;
const COUNT = 9;

const ROOT = `assay-${FUZZ_RUN_ID}/`;
const NAMING = {
  folder: "data",
  suffix: ".bin",
  filesPerDirectory: FILES_PER_DIRECTORY,
  count: COUNT,
};
const OWN = Array.from({ length: COUNT }, (_, index) => ROOT + fileName(NAMING, index));
/** Everything that the run made. */
const MADE = [...OWN, `${ROOT}manifest.json`];
const FOREIGN = [
  "thesis.tex",
  `${ROOT}notes`,
  `${ROOT}data/thesis.tex`,
  "assay-other/manifest.json",
];

const OBJECTS: ReadonlyMap<string, string> = new Map([
  ...[...OWN, ...FOREIGN].map((key): [string, string] => [key, "0123456789abcdef"]),
  [`${ROOT}manifest.json`, fileManifest(COUNT)],
]);

const refusal = (status: number, code: string): FaultyAnswer => ({
  status,
  body: `<Error><Code>${code}</Code><Message>no</Message></Error>`,
});

const answers: fc.Arbitrary<FaultyAnswer> = fc.oneof(
  fc.constantFrom(
    ...[refusal(403, "AccessDenied"), refusal(501, "NotImplemented")],
    ...[refusal(405, "MethodNotAllowed"), refusal(404, "NoSuchBucket"), refusal(404, "NoSuchKey")],
    ...[refusal(400, "InvalidRequest"), { status: 200, body: "" }, { status: 204, body: "" }],
    { status: 200, body: "<Error><Code>InternalError</Code><Message>we</Message></Error>" },
    { status: 200, body: "<html><body>Log in</body></html>" },
    { status: 200, body: "<DeleteResult/>" },
    { status: 200, body: "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>" },
  ),
  fc.record({ status: fc.constant(200), body: fc.constantFrom(...XML_BODIES) }),
  fc.record({ status: fc.constant(200), body: textLike(XML_BODIES) }),
);

const fault: fc.Arbitrary<StoreFault> = fc
  .tuple(
    answers,
    fc.record({
      request: fc.constantFrom(...REQUEST_KINDS),
      from: fc.nat(2),
      times: fc.constantFrom(1, 2, 1000),
    }),
  )
  .map(([answer, when]) => ({ ...answer, ...when }))
  // A store that neither lists an object nor finds it by name is believed.
  .filter(({ request, status }) => request !== "head" || status !== 404);

let store: Promise<FaultyStore> | null = null;

/** A cleanup ends, keeps objects of others, and reports no existing object as removed. */
async function tryClean(faults: readonly StoreFault[]): Promise<Ending> {
  process.env.AWS_ACCESS_KEY_ID = "fuzz";
  process.env.AWS_SECRET_ACCESS_KEY = "fuzz";
  store ??= FaultyStore.start();
  const faulty = await store;
  faulty.reset(OBJECTS, faults);
  const spec: TargetSpec = {
    name: "t",
    kind: "minio",
    address: {
      kind: "bucket",
      endpoint: faulty.endpoint,
      region: "us-east-1",
      bucket: "assay",
      prefix: "",
      pathStyle: true,
    },
    provisioned: {},
  };
  let ending: Ending = "result";
  let report: CleanReport | null = null;
  try {
    await findLeftovers(spec, "look");
    report = await cleanTarget(spec, FUZZ_RUN_ID);
  } catch (error) {
    if (!isSentence(error)) throw error;
    ending = "sentence";
  }
  const { objects, requests } = faulty;
  const harmed = FOREIGN.filter((key) => !objects.has(key));
  if (harmed.length > 0) throw new Error(`removed ${harmed.join(", ")}, which is not the run's`);
  if (requests > MAX_REQUESTS) throw new Error(`sent ${requests} requests`);
  if (report !== null) compareReport(report, MADE.filter((key) => objects.has(key)).length);
  return ending;
}

/** Objects reported as removed do not exist, and existing ones are reported as left. */
function compareReport({ removedFiles, left, incomplete }: CleanReport, there: number): void {
  const gone = MADE.length - there;
  if (removedFiles > gone) throw new Error(`said ${removedFiles} removed, expected ${gone}`);
  if (there > 0 && (left.length === 0 || incomplete !== true)) {
    throw new Error(`did not say that ${there} of the run's objects are left`);
  }
}

/** Buckets whose server responds wrongly to some requests of a cleanup. */
export const BUCKET_KINDS: readonly Kind[] = [
  kindOf({
    name: "bucket",
    weight: 1,
    cases: fc.array(fault, { maxLength: 3 }),
    attempt: tryClean,
    async close() {
      await (await store)?.close();
      store = null;
    },
  }),
];
