import type { Run } from "../../model/run/run.ts";
import type { Backing } from "../../model/target/backing.ts";
import {
  declaredKnowledge,
  type StorageKnowledge,
  targetKindOf,
} from "../../model/target/knowledge.ts";
import type { Address, TargetSpec } from "../../model/target/target.ts";

/** Facts by name; an unknown one is absent. */
type Facts = Readonly<Record<string, unknown>>;

/** Storage, host and software of a run. */
export interface Surroundings {
  /** Name of the target, chosen by the user. */
  readonly target: string;
  readonly storage: Facts;
  readonly host: Facts;
  readonly software: Facts;
}

/** Returns the facts that runs must share to be repetitions of each other; comparable as JSON. */
export function surroundingsOf(run: Run): Surroundings {
  const { target, environment } = run;
  const knowledge = run.storage ?? declaredKnowledge(target);
  const fileSystem = target.address.kind === "path" ? environment.mount?.type : undefined;
  const isKnown = fileSystem !== undefined;
  return {
    target: target.name,
    storage: {
      ...storageFacts(target, knowledge),
      ...(isKnown ? { fileSystem } : {}),
      // The rate of hosts that each have their own is a sum over several.
      ...((run.hosts?.length ?? 1) > 1 && run.hostScope === "private"
        ? { hostScope: "private" }
        : {}),
    },
    host: hostFacts(run),
    software: softwareFacts(run),
  };
}

/** Returns kind, address, id, provisioned values and emulation of a target. */
export function storageFacts(target: TargetSpec, knowledge: StorageKnowledge): Facts {
  const { address, emulated } = target;
  const { provisioned } = knowledge;
  const id = storageIds({ storage: knowledge });
  // A measurement itself changes the stored bytes.
  const facts = Object.entries(provisioned)
    .filter(([fact]) => fact !== "storedBytes")
    .map(([fact, one]) => [fact, one?.value] as const);
  return {
    kind: targetKindOf(target, knowledge),
    address: locationOf(address),
    // Another volume or file system may be attached or mounted at the same path.
    ...(id === null ? {} : { id }),
    emulated: emulated ?? "no",
    provisioned: sorted(facts),
  };
}

/** Returns the location of a target, without permissions and credentials. */
export function locationOf(address: Address): unknown {
  switch (address.kind) {
    case "path":
      return address;
    case "device":
      return { kind: address.kind, path: address.path };
    case "bucket": {
      const { caPath: _ca, profile: _profile, ...location } = address;
      return withoutEmpty(location);
    }
    case "memory":
      return withoutEmpty(address);
  }
}

/** A record without empty fields: older versions did not write all of them. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value)
    .filter(([, one]) => !isEmptyField(one))
    .map(([name, one]) => [name, withoutEmpty(one)] as const);
  return sorted(entries);
}

function isEmptyField(value: unknown): boolean {
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
    // Kernels on the same instance type report slightly different totals.
    memoryGib: Math.round(memoryBytes / 2 ** 30),
    ...(cpuQuotaCores === null ? {} : { cpuQuotaCores }),
    ...(memoryLimitBytes === null ? {} : { memoryLimitBytes }),
  };
}

/** Describes the host of a run: type, CPUs, memory and the limits of its control group. */
export function hostWords(run: Run): string {
  const host = hostFacts(run);
  const { architecture, cpuModel, cpus, memoryGib, cpuQuotaCores, memoryLimitBytes } = host;
  const instance = Object.entries(host.instance).map(([name, value]) =>
    name === "type" ? String(value) : `${name} ${value}`,
  );
  const quota = cpuQuotaCores === undefined ? [] : [`${cpuQuotaCores} CPUs allowed`];
  const limit = memoryLimitBytes === undefined ? [] : [`${memoryLimitBytes} B allowed`];
  const computer = `${cpus} x ${cpuModel} (${architecture}), ${memoryGib} GiB`;
  return [...instance.sort(), computer, ...quota, ...limit].join(", ");
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

/** Describes the software of a run with its versions. */
export function softwareWords(run: Run): string {
  const { assay, kernel, node, packages } = softwareFacts(run);
  const versions = Object.entries(packages).map(([name, one]) => `${name} ${one}`);
  const base = [`assay ${assay}`, `kernel ${kernel}`, `Node ${node}`];
  return [...base, ...versions.sort()].join(", ");
}

/**
 * Whether two runs have the same type of host, by the facts that both know. Facts of the instance
 * that one of them lacks do not count.
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
 * Returns the ids of the volumes or the file system of a target; another volume at the same path
 * has another id. Null if the host does not show an id.
 */
export function storageIds({ storage }: Pick<Run, "storage">): string | null {
  const ids = storage?.backing == null ? [] : idsOf(storage.backing);
  return ids.length === 0 ? null : [...new Set(ids)].sort().join(" ");
}

function idsOf({ id, members }: Backing): readonly string[] {
  return [...(id === null ? [] : [id]), ...members.flatMap(idsOf)];
}
