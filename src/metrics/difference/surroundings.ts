import type { Run } from "../../model/run/run.ts";
import type { Backing } from "../../model/target/backing.ts";
import {
  declaredKnowledge,
  type StorageKnowledge,
  targetKindOf,
} from "../../model/target/knowledge.ts";
import type { Address, TargetSpec } from "../../model/target/target.ts";

/** Facts by name; one that is not known is absent. */
type Facts = Readonly<Record<string, unknown>>;

/** What a run measured, and from where and with what. */
export interface Surroundings {
  /** Name of the target, as its user chose it. */
  readonly target: string;
  readonly storage: Facts;
  readonly host: Facts;
  readonly software: Facts;
}

/** The facts that runs share whose repetitions belong together; comparable as JSON. */
export function surroundingsOf(run: Run): Surroundings {
  const { target, environment } = run;
  const knowledge = run.storage ?? declaredKnowledge(target);
  const fileSystem = target.address.kind === "path" ? environment.mount?.type : undefined;
  const isKnown = fileSystem !== undefined;
  return {
    target: target.name,
    storage: { ...storageFacts(target, knowledge), ...(isKnown ? { fileSystem } : {}) },
    host: hostFacts(run),
    software: softwareFacts(run),
  };
}

/** Kind, address, volume or file system by its id, what is provisioned, emulated or not. */
export function storageFacts(target: TargetSpec, knowledge: StorageKnowledge): Facts {
  const { address, emulated } = target;
  const { provisioned } = knowledge;
  const id = storageIds({ storage: knowledge });
  // Bytes stored change by what is measured itself.
  const facts = Object.entries(provisioned)
    .filter(([fact]) => fact !== "storedBytes")
    .map(([fact, one]) => [fact, one?.value] as const);
  return {
    kind: targetKindOf(target, knowledge),
    address: placeOf(address),
    // Another volume or file system may be attached or mounted at the same place.
    ...(id === null ? {} : { id }),
    emulated: emulated ?? "no",
    provisioned: sorted(facts),
  };
}

/** Where a target is; who may write to it and how its user is known there is no part of it. */
export function placeOf(address: Address): unknown {
  switch (address.kind) {
    case "path":
      return address;
    case "device":
      return { kind: address.kind, path: address.path };
    case "bucket": {
      const { caPath: _ca, profile: _profile, ...place } = address;
      return withoutOff(place);
    }
    case "memory":
      return withoutOff(address);
  }
}

/** A record without the fields that are off: older versions did not write all of them. */
function withoutOff(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value)
    .filter(([, one]) => !isOff(one))
    .map(([name, one]) => [name, withoutOff(one)] as const);
  return sorted(entries);
}

function isOff(value: unknown): boolean {
  const isEmpty = Array.isArray(value) && value.length === 0;
  return isEmpty || value === undefined || value === null || value === false || value === 0;
}

function sorted(entries: readonly (readonly [name: string, value: unknown])[]): Facts {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function hostFacts({ environment, storage, target }: Run) {
  const { architecture, cpuModel, cpus, memoryBytes, cgroup } = environment;
  const instance =
    storage === undefined
      ? Object.entries(target.instance ?? {})
      : Object.entries(storage.instance).map(([name, one]) => [name, one?.value] as const);
  const { cpuQuotaCores, memoryLimitBytes } = cgroup;
  return {
    instance: sorted(instance.filter(([, value]) => value !== undefined)),
    architecture,
    cpuModel,
    cpus,
    // Kernels of one type of machine report slightly different totals.
    memoryGib: Math.round(memoryBytes / 2 ** 30),
    ...(cpuQuotaCores === null ? {} : { cpuQuotaCores }),
    ...(memoryLimitBytes === null ? {} : { memoryLimitBytes }),
  };
}

/** The computer that issued the load: its type and limits, and what of it this run may use. */
export function hostWords(run: Run): string {
  const host = hostFacts(run);
  const { architecture, cpuModel, cpus, memoryGib, cpuQuotaCores, memoryLimitBytes } = host;
  const instance = Object.entries(host.instance).map(([name, value]) =>
    name === "type" ? String(value) : `${name} ${value}`,
  );
  const quota = cpuQuotaCores === undefined ? [] : [`${cpuQuotaCores} CPUs allowed`];
  const limit = memoryLimitBytes === undefined ? [] : [`${memoryLimitBytes} B allowed`];
  const machine = `${cpus} x ${cpuModel} (${architecture}), ${memoryGib} GiB`;
  return [...instance.sort(), machine, ...quota, ...limit].join(", ");
}

function softwareFacts({ assayVersion, environment }: Run) {
  const { kernel, nodeVersion, packages } = environment;
  return {
    assay: assayVersion,
    kernel,
    node: nodeVersion,
    packages: sorted(Object.entries(packages)),
  };
}

/** Versions that issue and time the load. */
export function softwareWords(run: Run): string {
  const { assay, kernel, node, packages } = softwareFacts(run);
  const versions = Object.entries(packages).map(([name, one]) => `${name} ${one}`);
  const base = [`assay ${assay}`, `kernel ${kernel}`, `Node ${node}`];
  return [...base, ...versions.sort()].join(", ");
}

/**
 * Whether two runs were made on one type of host, by what both know: facts of the instance that one
 * of them lacks say nothing.
 */
export function isSameHost(one: Run, other: Run): boolean {
  const [{ instance: a, ...first }, { instance: b, ...second }] = [
    hostFacts(one),
    hostFacts(other),
  ];
  const both = Object.keys(a).filter((name) => Object.hasOwn(b, name));
  const known = (facts: Facts) => both.map((name) => facts[name]);
  return JSON.stringify([first, known(a)]) === JSON.stringify([second, known(b)]);
}

/**
 * Ids of the volumes or of the file system below a target, as the host shows them: another volume
 * at the same path has others. Null: the host shows none.
 */
export function storageIds({ storage }: Pick<Run, "storage">): string | null {
  const ids = storage?.backing == null ? [] : idsOf(storage.backing);
  return ids.length === 0 ? null : [...new Set(ids)].sort().join(" ");
}

function idsOf({ id, members }: Backing): readonly string[] {
  return [...(id === null ? [] : [id]), ...members.flatMap(idsOf)];
}
