import type { Known } from "../../model/target/knowledge.ts";
import type { Instance, TargetSpec } from "../../model/target/target.ts";
import { firmwareType, otherMaker } from "../machine/machine.ts";
import type { SystemRoots } from "../machine/roots.ts";
import { type AwsContext, definedFacts } from "./aws.ts";
import { describeInstanceType } from "./ec2.ts";
import type { InstanceFacts } from "./instance-metadata.ts";
import { tableLimits } from "./instance-table.ts";
import { mergeInstance, type SourcedFacts } from "./merge.ts";

/** Known facts about the instance that measures. */
export interface InstanceKnowledge {
  readonly known: Known<Instance>;
  readonly mismatches: readonly string[];
  readonly unknown: readonly string[];
}

/**
 * Finds the instance's type, zone, region and limits. For an emulated target, only declared facts
 * count, because the limits of this host are not those of the imitated storage.
 */
export async function learnInstance(
  target: TargetSpec,
  metadata: InstanceFacts | null,
  roots: SystemRoots,
  aws: AwsContext | null,
): Promise<InstanceKnowledge> {
  const declared = target.instance ?? {};
  const emulated = target.emulated !== undefined;
  const detected: Instance = emulated
    ? {}
    : definedFacts({
        type: metadata?.type ?? firmwareType(roots),
        zone: metadata?.zone,
        region: metadata?.region,
      });
  const type = detected.type ?? declared.type;
  const described =
    aws === null || detected.type === undefined
      ? null
      : await describeInstanceType(detected.type, aws);
  // The API's description takes precedence over the table and is not compared with it.
  const table = type === undefined || described !== null ? null : await tableLimits(type);
  const by = metadata?.type == null ? "this host's firmware" : "instance metadata";
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
      ? [`the limits of ${type} are unknown (not in scenarios/instances.yaml); declare them`]
      : [];
  return {
    known: merged.known,
    mismatches: [...notEc2(target, roots), ...(emulated ? [] : merged.mismatches)],
    unknown: missing,
  };
}

/** Mismatch of a host that was declared as an instance but has firmware of another maker. */
function notEc2({ instance, emulated }: TargetSpec, roots: SystemRoots): readonly string[] {
  const maker = otherMaker(roots);
  if (instance?.type === undefined || emulated !== undefined || maker === null) return [];
  return [`declared as measured on ${instance.type}, but the maker of this host is ${maker}`];
}
