import { declaredKnowledge } from "../model/knowledge.ts";
import type { Run } from "../model/run.ts";
import type { Address } from "../model/target.ts";

/** The computer that issued the load: its type and limits, and what of it this run may use. */
export function hostWords(run: Run): string {
  const { architecture, cpuModel, cpus, memoryBytes, cgroup } = run.environment;
  const facts = run.storage?.instance;
  const known =
    facts === undefined
      ? Object.entries(run.target.instance ?? {})
      : Object.entries(facts).map(([name, one]) => [name, one?.value] as const);
  const instance = known
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => (name === "type" ? String(value) : `${name} ${value}`));
  const quota = cgroup.cpuQuotaCores === null ? [] : [`${cgroup.cpuQuotaCores} CPUs allowed`];
  const limit = cgroup.memoryLimitBytes === null ? [] : [`${cgroup.memoryLimitBytes} B allowed`];
  // Kernels of one type of machine report slightly different totals.
  const memory = `${Math.round(memoryBytes / 2 ** 30)} GiB`;
  const machine = `${cpus} x ${cpuModel} (${architecture}), ${memory}`;
  return [...instance.sort(), machine, ...quota, ...limit].join(", ");
}

/** Versions that issue and time the load. */
export function softwareWords({ assayVersion, environment }: Run): string {
  const packages = Object.entries(environment.packages).map(([name, one]) => `${name} ${one}`);
  const { kernel, nodeVersion } = environment;
  const base = [`assay ${assayVersion}`, `kernel ${kernel}`, `Node ${nodeVersion}`];
  return [...base, ...packages.sort()].join(", ");
}

/** What a run measured, and from where and with what. A fact that is not known is absent. */
export interface Surroundings {
  /** Name of the target, as its user chose it. */
  readonly target: string;
  /** Kind, address, volume or file system by its id, what is provisioned, emulated or not. */
  readonly storage: Readonly<Record<string, unknown>>;
  readonly host: string;
  readonly software: string;
}

/** The facts that runs share whose repetitions belong together; comparable as JSON. */
export function surroundingsOf(run: Run): Surroundings {
  const { name, kind, address, emulated } = run.target;
  const { provisioned, describedKind, backing } = run.storage ?? declaredKnowledge(run.target);
  // Bytes stored change by what is measured itself.
  const facts = Object.entries(provisioned)
    .filter(([fact]) => fact !== "storedBytes")
    .map(([fact, one]) => [fact, one?.value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    target: name,
    storage: {
      kind: describedKind ?? kind,
      address: placeOf(address),
      // The volume or file system: another one may be mounted or attached at the same place.
      ...(backing?.id == null ? {} : { id: backing.id }),
      emulated: emulated ?? "no",
      provisioned: Object.fromEntries(facts),
    },
    host: hostWords(run),
    software: softwareWords(run),
  };
}

/** Where a target is; whether a device may be overwritten is no part of it. */
function placeOf(address: Address): unknown {
  return address.kind === "device" ? { kind: address.kind, path: address.path } : address;
}
