import { OFFLINE, targetOptions } from "./target-options.ts";
import { makeParser } from "./yargs.ts";

/** A page of `assay help` that is not about one command. */
interface Topic {
  readonly name: string;
  /** One line for the list of topics. */
  readonly summary: string;
  /** The page, wrapped to a width. */
  readonly page: (columns: number) => Promise<string>;
}

/** Targets file that the page about targets shows; a test reads it. */
export const TARGETS_EXAMPLE = `targets:
  gp3:
    kind: ebs-gp3
    path: /mnt/gp3
    provisioned: { size: 500GiB, iops: 6000, throughput: 250MiB/s }
  photos:
    kind: s3
    bucket: photos-bench
    prefix: bench
    region: eu-west-1
    fips: true
  server:
    kind: minio
    bucket: bench
    endpoint: https://minio.internal:9000
    ca: certificates/authority.pem
`;

/** Scenario that the page about scenarios shows; a test reads it. */
export const SCENARIO_EXAMPLE = `name: lookups
datasets:
  data: { count: 1, size: 1GiB }
phases:
  - name: read
    operation: read
    dataset: data
    access: random
    blockSize: 16KiB
    queueDepth: 8
    warmup: 2s
    duration: 10s
`;

/** Exit codes of the program, with their meaning. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [0, "success; `verify`: every tested claim is supported"],
  [1, "`verify`: a claim is refuted; `compare`: the runs cannot be compared"],
  [2, "invalid command line, scenario or targets file"],
  [3, "the host or a target does not support the run, or data could not be removed"],
  [4, "`verify`: a claim is inconclusive; `find`: no load meets the objective"],
  [70, "internal error of assay"],
  [99, "a threshold failed; `compare --fail-on slower`: a value is slower"],
  [130, "interrupted; measured results are stored"],
];

/** In the order of the list. */
export const TOPICS: readonly Topic[] = [
  {
    name: "targets",
    summary: "kinds of targets, their options, and targets files",
    page: async (columns) =>
      targetOptions(makeParser([]).help(false).version(false), { showAll: true })
        .option("offline", OFFLINE)
        .usage(
          "A target is the storage under test: --target takes its address, the other options " +
            "describe it. A targets file describes several targets, each with a name. There the " +
            "options are fields in camel case: --dual-stack is dualStack.",
        )
        .epilogue(indented("A targets file (--targets targets.yaml):", TARGETS_EXAMPLE))
        .wrap(columns)
        .getHelp(),
  },
  {
    name: "scenarios",
    summary: "scenario files: an example and how to check one",
    page: async () =>
      [
        indented("A scenario describes datasets and phases:", SCENARIO_EXAMPLE),
        "assay list              shows the scenarios that assay ships",
        "assay check my.yaml     reports every error of a file with line and column",
        "--set duration=5s       sets a value for one run",
        "docs/scenarios.md       describes datasets, phases and thresholds",
      ].join("\n"),
  },
  {
    name: "exit-codes",
    summary: "exit codes of all commands",
    page: async () =>
      [
        "Exit codes:",
        ...EXIT_CODES.map(([code, meaning]) => `${String(code).padStart(5)}  ${meaning}`),
      ].join("\n"),
  },
];

function indented(title: string, text: string): string {
  return [title, ...text.trimEnd().split("\n"), ""]
    .map((line, at) => (at > 0 && line !== "" ? `  ${line}` : line))
    .join("\n");
}
