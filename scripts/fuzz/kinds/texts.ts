import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { readClaims } from "../../../src/claim/catalogue/claims-file.ts";
import { readStatements } from "../../../src/claim/catalogue/statements.ts";
import { parsePrices } from "../../../src/cost/prices.ts";
import { planScenario } from "../../../src/scenario/index.ts";
import { parseThreshold } from "../../../src/scenario/schema/threshold.ts";
import { parseTarget, parseTargets } from "../../../src/scenario/targets/targets.ts";
import { type Ending, endingOf, type Kind, kindOf } from "./kind.ts";
import { hostileText, textLike } from "./text-cases.ts";

/** Long files add time to a case and nothing new. */
const MAX_BASE_CHARACTERS = 4000;

const SCENARIOS = fileURLToPath(new URL("../../../scenarios/", import.meta.url));

/** Texts of the YAML files in a folder of `scenarios`. */
function shipped(folder: string, rule: RegExp): readonly string[] {
  const names = readdirSync(join(SCENARIOS, folder)).filter((name) => rule.test(name));
  return names.sort().map((name) => readFileSync(join(SCENARIOS, folder, name), "utf8"));
}

const workloads = [...shipped("", /\.yaml$/), ...shipped("guide", /\.yaml$/)].filter((text) =>
  /^phases:/m.test(text),
);
const smoke = workloads.find((text) => text.includes("name: smoke")) ?? "";

const claimFiles = shipped("claims", /\.yaml$/)
  .filter((text) => /^claims:/m.test(text))
  .map(shortened);

/** Stands in the environment and must not be in anything that follows from a text. */
const SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYZq7";

const ENVIRONMENT = {
  ...{ A: "1", ASSAY_A: "2", HOME: "/root", REPETITIONS: "2" },
  ...{ AWS_SECRET_ACCESS_KEY: SECRET, DB_PASSWORD: SECRET, ASSAY_TOKEN: SECRET },
};

const SETTINGS = [
  ...["duration=5s", "workers=4", "phases.create.duration=1s", "datasets.data.size=1MiB"],
  ...["rate={ offered: 100/s, arrivals: poisson }", "mix={ read: 1 }", "until=steady"],
  ...["thresholds=[p99 < 1ms]", "defaults.cache=direct", "phases.0.workers=2", "find={}"],
];

const THRESHOLDS = [
  ...["p99 < 10ms", "errors == 0", "iops >= 0.9 * baseline", "throughput > 100 MiB/s", "max <= 1s"],
  ...["response.p50 < 1200ms", "unissued == 0", "backlog.max < 40", "p99.9 <= 1.1 * baseline"],
];

const TARGETS = [
  ...["/data", "./x", "s3://bucket/prefix/", "null:", "synthetic:latency=1ms,errorEvery=100"],
  ...["synthetic:latency=bimodal:5ms:1s:4%,stall=2s@3s,bandwidth=100MiB/s,hangEvery=20"],
  ...["s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/name/p", "/dev/nvme1n1", "file:///data"],
];

const OVERRIDES = [
  "endpoint",
  "region",
  "kind",
  "name",
  "provisioned",
  "instance",
  "profile",
] as const;
const OVERRIDE_TEXTS = [
  ...["http://127.0.0.1:9000", "eu-west-1", "ebs-gp3", "minio", "size=500GiB,iops=6000", "default"],
  ...["m7i.large", "ebsBaselineIops=10000", "https://s3.example.org", "s3-express"],
];

/** Texts that a user writes: files and options. */
export const TEXT_KINDS: readonly Kind[] = [
  kindOf({
    name: "scenario",
    weight: 6,
    cases: textLike(workloads),
    attempt: (text) => planned(text, []),
  }),
  kindOf({
    name: "set",
    weight: 4,
    cases: fc.array(textLike(SETTINGS), { minLength: 1, maxLength: 4 }),
    attempt: (settings) => planned(smoke, settings),
  }),
  kindOf({
    name: "targets",
    weight: 6,
    cases: textLike(shipped("", /^targets\.example\.yaml$/)),
    attempt: (text) => discreet(() => parseTargets("targets.yaml", text, ENVIRONMENT)),
  }),
  kindOf({
    name: "target",
    weight: 12,
    cases: fc.record({
      text: textLike(TARGETS),
      said: fc.dictionary(fc.constantFrom(...OVERRIDES), textLike(OVERRIDE_TEXTS), { maxKeys: 2 }),
    }),
    attempt: ({ text, said }) => discreet(() => parseTarget(text, said, ENVIRONMENT)),
  }),
  kindOf({
    name: "threshold",
    weight: 40,
    cases: fc.oneof(textLike(THRESHOLDS), hostileText, fc.jsonValue()),
    attempt: (input): Ending => ("problem" in parseThreshold(input) ? "sentence" : "result"),
  }),
  kindOf({
    name: "claims",
    weight: 1,
    cases: textLike(claimFiles),
    attempt: (text) => problemsAre(readClaims("claims.yaml", text).problems),
  }),
  kindOf({
    name: "statements",
    weight: 1,
    cases: textLike([...shipped("claims", /^guide\.yaml$/)].map(shortened)),
    attempt: (text) => problemsAre(readStatements("guide.yaml", text).problems),
  }),
  kindOf({
    name: "prices",
    weight: 1,
    cases: textLike(shipped("", /^prices\.yaml$/)),
    attempt: (text) => endingOf(() => parsePrices(text, "prices.yaml")),
  }),
];

function planned(text: string, set: readonly string[]): Ending {
  return discreet(() => planScenario("scenario.yaml", text, { env: ENVIRONMENT, set }));
}

/** As {@link endingOf}; neither the result nor the sentence may hold the secret. */
function discreet(work: () => unknown): Ending {
  let shown: unknown;
  const ending = endingOf(() => {
    try {
      shown = work();
    } catch (error) {
      shown = error instanceof Error ? error.message : error;
      throw error;
    }
  });
  if (JSON.stringify(shown)?.includes(SECRET)) throw new Error("the secret is in what is shown");
  return ending;
}

/** A file is cut before an entry of its list, so that a case takes milliseconds and still fits. */
function shortened(text: string): string {
  const end = text.indexOf("\n  - ", MAX_BASE_CHARACTERS);
  return end < 0 ? text : `${text.slice(0, end)}\n`;
}

function problemsAre(problems: readonly unknown[]): Ending {
  return problems.length > 0 ? "sentence" : "result";
}
