import { storageIds } from "../../metrics/difference/surroundings.ts";
import type { Claim } from "../../model/claim/claim.ts";
import type { Environment } from "../../model/run/environment.ts";
import type { HostRecord, PhaseHost } from "../../model/run/hosts.ts";
import type { PhaseResult, Run } from "../../model/run/run.ts";
import { declaredKnowledge, type StorageKnowledge } from "../../model/target/knowledge.ts";
import { resultOf } from "./host-result.ts";

/** Measurements of some hosts of a run: one client, or all hosts that share the storage. */
export interface HostView {
  /** The run as if it had these hosts only. */
  readonly run: Run;
  /** Machine of the one client; null: all hosts of the run. */
  readonly machine: string | null;
  /** Names of its processes; null: all hosts of the run. */
  readonly host: string | null;
  /** Facts of the instance of each client; null with one client. */
  readonly instances: readonly StorageKnowledge["instance"][] | null;
  readonly phases: readonly ViewedPhase[];
}

interface ViewedPhase {
  readonly result: PhaseResult;
  /** The phase with all of its hosts. */
  readonly whole: PhaseResult;
  /** Processes of this view that loaded. */
  readonly processes: number;
}

/**
 * Returns what a run shows of claims with a scope. A run on one host is one view, and so are
 * several processes of one machine: they are one client. Storage that each host has for itself is
 * evaluated host by host, unless the hosts see the same volume.
 */
export function viewsOf(run: Run, scope: Claim["scope"]): readonly HostView[] {
  const machines = Map.groupBy(run.hosts ?? [], ({ machine }) => machine);
  if (machines.size < 2) return [wholeView(run, null)];
  const clients = [...machines].map(([machine, hosts]) => clientView(run, machine, hosts));
  const isApart = run.hostScope === "private" && !isOneStorage(run, clients);
  if (scope === "client" || isApart) return clients;
  return [
    wholeView(
      run,
      clients.map((one) => knowledgeOf(one.run).instance),
    ),
  ];
}

/** Known facts of the storage of a run; older runs have only the declared ones. */
export function knowledgeOf({ storage, target }: Run): StorageKnowledge {
  return storage ?? declaredKnowledge(target);
}

function wholeView(run: Run, instances: HostView["instances"]): HostView {
  const phases = run.phases.map((result) => {
    return { result, whole: result, processes: result.hosts?.length ?? 1 };
  });
  return { run, machine: null, host: null, instances, phases };
}

/** Whether all hosts see one volume, by its id, though each has its own dataset. */
function isOneStorage({ hostRuns }: Run, views: readonly HostView[]): boolean {
  const ids = new Set(views.map(({ run }) => storageIds(run)));
  return hostRuns !== undefined && ids.size === 1 && !ids.has(null);
}

/**
 * Number of clients that loaded in a phase to its end: machines whose processes are all complete
 * and always answered. 1 for a run on one host.
 */
export function clientsIn({ hosts = [] }: Run, result: PhaseResult): number {
  if (result.hosts === undefined) return 1;
  const machineOf = (rank: number) => hosts.find((host) => host.rank === rank)?.machine ?? "";
  const machines = Map.groupBy(result.hosts, ({ rank }) => machineOf(rank));
  return [...machines.values()].filter((own) => own.every(isSound)).length;
}

function isSound({ state, silentNs }: PhaseHost): boolean {
  return state === "complete" && silentNs === undefined;
}

function clientView(run: Run, machine: string, hosts: readonly HostRecord[]): HostView {
  const ranks = new Set(hosts.map(({ rank }) => rank));
  const own = (run.hostRuns ?? []).find((one) => ranks.has(rankOf(one)));
  const [first] = hosts;
  const phases = run.phases.flatMap((whole): ViewedPhase[] => {
    const mine = (whole.hosts ?? []).filter(({ rank }) => ranks.has(rank));
    const result = resultOf(whole, mine, own);
    return result === null ? [] : [{ result, whole, processes: mine.length }];
  });
  const { hosts: _hosts, hostRuns: _runs, ...rest } = run;
  const view: Run = {
    ...rest,
    id: own?.id ?? `${run.id}/hosts/${first?.rank ?? 0}`,
    environment: own?.environment ?? environmentOf(run, first),
    storage: storageOf(run, first, own),
    phases: phases.map(({ result }) => result),
  };
  const host = hosts.map(({ name }) => name).join(", ");
  return { run: view, machine, host, instances: null, phases };
}

/** Rank of the host of a single host's run; else that of its directory, such as `03-node-3`. */
function rankOf({ id, hosts = [] }: Run): number {
  return hosts[0]?.rank ?? Number(/\/hosts\/(\d+)[^/]*$/.exec(id)?.[1]);
}

/** Id of the stored run that a view is of. */
export function storedRunId(id: string): string {
  return id.replace(/\/hosts\/[^/]*$/, "");
}

function environmentOf({ environment }: Run, host: HostRecord | undefined): Environment {
  if (host === undefined) return environment;
  const { cores: cpus, memoryBytes, kernel, nodeVersion } = host;
  return { ...environment, cpus, memoryBytes, kernel, nodeVersion };
}

/**
 * Facts of the storage as one host knows them. The storage of hosts that share it is that of the
 * run, the instance always the host's own.
 */
function storageOf(run: Run, host: HostRecord | undefined, own: Run | undefined): StorageKnowledge {
  const known = knowledgeOf(run);
  if (own?.storage !== undefined) {
    return run.hostScope === "private" ? own.storage : { ...known, instance: own.storage.instance };
  }
  const type = host?.instanceType ?? null;
  const isSame = host?.rank === 0 || type === null || type === known.instance.type?.value;
  return isSame ? known : { ...known, instance: { type: { value: type, from: "detected" } } };
}
