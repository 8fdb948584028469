import type { Known } from "../../model/target/knowledge.ts";
import type { Instance, TargetSpec } from "../../model/target/target.ts";
import { firmwareType, otherMaker } from "../machine/machine.ts";
import type { SystemRoots } from "../machine/roots.ts";
import { type Asking, stated } from "./aws.ts";
import { describeInstanceType } from "./ec2.ts";
import type { InstanceFacts } from "./instance-metadata.ts";
import { tableLimits } from "./instance-table.ts";
import { mergeInstance, type SourcedFacts } from "./merge.ts";

/** What is known of the machine that measures. */
export interface LearntInstance {
  readonly known: Known<Instance>;
  readonly mismatches: readonly string[];
  readonly unknown: readonly string[];
}

/**
 * The machine's type, place and limits. Of what measures an emulated target only what was declared
 * counts: the limits of this machine are not those of the storage it stands for.
 */
export async function learnInstance(
  target: TargetSpec,
  metadata: InstanceFacts | null,
  roots: SystemRoots,
  asking: Asking | null,
): Promise<LearntInstance> {
  const declared = target.instance ?? {};
  const emulated = target.emulated !== undefined;
  const detected: Instance = emulated
    ? {}
    : stated({
        type: metadata?.type ?? firmwareType(roots),
        zone: metadata?.zone,
        region: metadata?.region,
      });
  const type = detected.type ?? declared.type;
  const described =
    asking === null || detected.type === undefined
      ? null
      : await describeInstanceType(detected.type, asking);
  // What is in the API's answer needs no table, and a table is no contradiction of it.
  const table = type === undefined || described !== null ? null : await tableLimits(type);
  const by = metadata?.type == null ? "this machine's firmware" : "instance metadata";
  const sources: SourcedFacts<Instance>[] = [
    { from: "described", by: "DescribeInstanceTypes", facts: described ?? {} },
    { from: "detected", by, facts: detected },
    { from: "declared", by: "", facts: declared },
    { from: "published", by: `the table of instance types`, facts: table ?? {} },
  ];
  const merged = mergeInstance(sources);
  const limited = Object.keys(declared).some((name) => name.startsWith("ebs"));
  const missing =
    type !== undefined && table === null && described === null && !limited
      ? [`the limits of ${type} are not in scenarios/instances.yaml: declare them`]
      : [];
  return {
    known: merged.known,
    mismatches: [...elsewhere(target, roots), ...(emulated ? [] : merged.mismatches)],
    unknown: missing,
  };
}

/** A machine that was said to be an instance and shows another maker. */
function elsewhere({ instance, emulated }: TargetSpec, roots: SystemRoots): readonly string[] {
  const maker = otherMaker(roots);
  if (instance?.type === undefined || emulated !== undefined || maker === null) return [];
  return [`declared as measured on ${instance.type}, but this machine is made by ${maker}`];
}
