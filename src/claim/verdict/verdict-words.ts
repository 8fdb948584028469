import { figureWords, intervalWords, shown } from "../../model/claim/figure-words.ts";
import type { Run } from "../../model/run/run.ts";
import type { Findings } from "./judge.ts";

/** Compares the measured value with the figure, for the end of a sentence; empty without either. */
export function agreementWords({ claim, measured, figure, judgement }: Findings): string {
  if (measured === null || figure === null || judgement === null) return "";
  const tolerance =
    claim.tolerance === 0 ? "" : ` (tolerance ${Number((claim.tolerance * 100).toPrecision(3))}%)`;
  const asked = `${figureWords(figure, claim)}${tolerance}`;
  const reached = judgement.reachedShare;
  const ceiling = reached === null ? "" : `, ${Math.round(reached * 100)}% of it`;
  const verb = {
    agrees: "agrees with",
    contradicts: "contradicts",
    "below-ceiling": "does not test",
    uncertain: "may agree with or contradict",
  } as const;
  const relation = judgement.code in verb ? verb[judgement.code as keyof typeof verb] : "and";
  const value = `${shown(measured.value, claim)}${intervalWords(measured, claim)}`;
  const assumed = measured.assumes === undefined ? "" : `, ${measured.assumes}`;
  return `: ${value} ${relation} ${asked}${ceiling}${assumed}`;
}

/** Facts of these runs that were declared after them, as one caveat; none if there are none. */
export function declaredAfterWords(runs: readonly Run[]): readonly string[] {
  const words = new Set(runs.flatMap(({ declaredAfter = [] }) => declaredAfter));
  return words.size === 0 ? [] : [`declared after the run: ${[...words].join(", ")}`];
}

const NAMES: Readonly<Record<string, string>> = {
  size_gib: "provisioned.size",
  size_tib: "provisioned.size",
  iops: "provisioned.iops",
  throughput_mibs: "provisioned.throughput",
  throughput_mbs: "provisioned.throughput",
  throughput_per_tib_mbs: "provisioned.throughputPerTiB",
  stored_gib: "provisioned.stored",
  stored_tib: "provisioned.stored",
  metadata_iops: "provisioned.metadataIops",
  throughput_mode: "provisioned.throughputMode",
  performance_mode: "provisioned.performanceMode",
  availability: "provisioned.availability",
  file_class: "provisioned.fileClass",
  deployment: "provisioned.deployment",
  medium: "provisioned.medium",
  linked_to_s3: "provisioned.linkedToS3",
  untouched_days: "provisioned.untouchedDays",
  encrypted: "provisioned.encrypted",
  origin: "provisioned.origin",
};

/** Names of facts as the targets file has them: `provisioned.iops`, `instance`. */
export function factNames(variables: readonly string[]): readonly string[] {
  const names = variables.map((name) => {
    const own = name.replace(/^(of|over)\./, "");
    return /^instance[._]/.test(own) ? "instance" : (NAMES[own] ?? own);
  });
  return [...new Set(names)];
}

/** Names the undeclared facts that a figure depends on, as the targets file names them. */
export function missingWords(variables: readonly string[]): string {
  const unique = factNames(variables).map((name) => `\`${name}\``);
  return `the figure depends on ${unique.join(", ") || "facts"} (undeclared)`;
}

/** How to declare the undeclared facts that a figure depends on, also after the run. */
export function declareWords(variables: readonly string[]): string {
  const names = factNames(variables);
  const provisioned = names
    .filter((name) => name.startsWith("provisioned."))
    .map((name) => `${name.slice("provisioned.".length)}=…`);
  const options = [
    ...(provisioned.length === 0 ? [] : [`--provisioned ${provisioned.join(",")}`]),
    ...(names.includes("instance") ? ["--instance …"] : []),
  ];
  if (options.length === 0) return "declare it in the targets file";
  return `declare it with \`assay verify RUN ${options.join(" ")}\` or in the targets file`;
}
