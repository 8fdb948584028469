import type { Run } from "../model/run.ts";

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
