import { resolve } from "node:path";
import { AMAZON_KINDS, KIND, MEMORY_KINDS, type TargetKind } from "../../model/target/kind.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import {
  type AddressDefaults,
  BUCKET_FIELDS,
  type Built,
  bucketAddress,
  type TargetFault,
} from "./bucket-address.ts";
import { checkProvisioned } from "./check-provisioned.ts";
import { defaultPath, pathsByHost } from "./path-by-host.ts";
import { toInstance, toProvisioned } from "./provisioned-schema.ts";
import { DEFAULT_LATENCY } from "./synthetic.ts";
import type { TargetText } from "./targets-schema.ts";

const FIELDS_OF = {
  path: ["path"],
  bucket: BUCKET_FIELDS,
  memory: [
    "latency",
    "stalls",
    "errorEvery",
    "failures",
    "hangEvery",
    "bandwidth",
    "servers",
    "credits",
    "shared",
  ],
} as const;

const FAMILY_WORDS = {
  path: "a mounted path",
  bucket: "a bucket",
  memory: "a target in memory",
} as const;

/**
 * Returns a target with every default filled in, or all its problems. The environment and the AWS
 * configuration decide how a bucket is reached if the target does not.
 */
export function specify(
  name: string,
  kind: TargetKind,
  target: TargetText,
  around: AddressDefaults,
): { readonly spec: TargetSpec } | { readonly faults: readonly TargetFault[] } {
  const isModel = KIND[kind].volume !== undefined && memoryFields(target).length > 0;
  const family = isModel ? "memory" : KIND[kind].family;
  const faults = isModel ? modelFaults(kind, target) : [...strayFields(kind, target)];
  const address =
    family === "path"
      ? pathAddress(kind, target, around.base)
      : family === "bucket"
        ? bucketAddress(kind, target, around)
        : memoryAddress(kind, target);
  if ("faults" in address) return { faults: [...faults, ...address.faults] };
  const declared = declaredOf(kind, target);
  faults.push(...declared.faults);
  if (faults.length > 0) return { faults };
  return { spec: { name, kind, ...address, ...hostPaths(target, around.base), ...declared.facts } };
}

function memoryFields(target: TargetText) {
  return FIELDS_OF.memory.filter((field) => target[field] !== undefined);
}

/** Faults of a model: a synthetic target that is declared as a volume, so that claims apply. */
function modelFaults(kind: TargetKind, target: TargetText): TargetFault[] {
  const faults = target.path === undefined ? [] : strayFields("synthetic", target);
  if (target.emulated !== undefined && target.emulated !== false) return [...faults];
  const message = `a synthetic target of kind \`${kind}\` is a model; it requires \`emulated\``;
  return [...faults, { field: "emulated", message }];
}

/** Declared facts about storage and host. */
export type DeclaredFacts = Pick<TargetSpec, "provisioned" | "instance" | "emulated">;

/** Returns the declared facts about storage and host, checked against published limits. */
export function declaredOf(
  kind: TargetKind,
  {
    provisioned: written = {},
    instance,
    emulated,
  }: Pick<TargetText, "provisioned" | "instance" | "emulated">,
): { readonly facts: DeclaredFacts; readonly faults: readonly TargetFault[] } {
  const provisioned = toProvisioned(written);
  const faults = checkProvisioned(kind, provisioned).map(
    ({ name, message }): TargetFault => ({ field: "provisioned", below: name, message }),
  );
  if (instance !== undefined && MEMORY_KINDS.has(kind)) {
    const message = `\`instance\` does not apply to kind \`${kind}\`; remove it`;
    faults.push({ field: "instance", message });
  }
  const scale = typeof emulated === "object" ? emulated.scale : 1;
  const imitates = emulated !== undefined && emulated !== false;
  if (imitates && !AMAZON_KINDS.has(kind)) {
    const message = `\`emulated\` requires an AWS kind such as \`ebs-gp3\`, got \`${kind}\``;
    faults.push({ field: "emulated", message });
  }
  return {
    facts: {
      provisioned,
      ...(instance === undefined ? {} : { instance: toInstance(instance) }),
      ...(imitates ? { emulated: { scale } } : {}),
    },
    faults,
  };
}

function strayFields(kind: TargetKind, target: TargetText): readonly TargetFault[] {
  const { family } = KIND[kind];
  const strays = (["path", "bucket", "memory"] as const)
    .filter((other) => other !== family)
    .flatMap((other) => FIELDS_OF[other])
    .filter((field) => target[field] !== undefined);
  return strays.map((field) => ({
    field,
    message: `\`${field}\` does not apply to kind \`${kind}\`, ${FAMILY_WORDS[family]}; remove it`,
  }));
}

function hostPaths({ path }: TargetText, base: string): Pick<TargetSpec, "pathByHost"> {
  const paths = pathsByHost(path);
  if (paths === null) return {};
  const resolved = Object.entries(paths).map(([host, one]) => [host, resolve(base, one)] as const);
  return { pathByHost: Object.fromEntries(resolved) };
}

function pathAddress(kind: TargetKind, target: TargetText, base: string): Built {
  const path = defaultPath(target.path);
  if (path !== undefined && path !== "")
    return { address: { kind: "path", path: resolve(base, path) } };
  return {
    faults: [{ field: "path", message: `\`path\` is missing; kind \`${kind}\` requires one` }],
  };
}

function memoryAddress(kind: TargetKind, target: TargetText): Built {
  if (kind !== "null") {
    const synthetic = {
      latency: target.latency ?? DEFAULT_LATENCY,
      stalls: target.stalls ?? [],
      errorEvery: target.errorEvery ?? 0,
      bytesPerSecond: target.bandwidth ?? 0,
      ...(target.failures === undefined ? {} : { failures: target.failures }),
      ...(target.hangEvery === undefined ? {} : { hangEvery: target.hangEvery }),
      ...(target.servers === undefined ? {} : { servers: target.servers }),
      ...(target.credits === undefined ? {} : { credits: target.credits }),
      ...(target.shared === undefined ? {} : { shared: target.shared }),
    };
    return { address: { kind: "memory", synthetic } };
  }
  const faults = memoryFields(target).map((field) => ({
    field,
    message: `\`${field}\` requires kind \`synthetic\`; remove it`,
  }));
  return faults.length > 0 ? { faults } : { address: { kind: "memory", synthetic: null } };
}
