import { type JoinProgress, joinLine } from "../../cluster/join-progress.ts";
import { type Crew, type CrewHost, folderNameOf } from "../../cluster/lead/crew.ts";
import { HostsGenerator } from "../../cluster/lead/generator.ts";
import { join, type Roster } from "../../cluster/roster.ts";
import { LOOK, parsed } from "../../cluster/run-calls.ts";
import type { HostSession } from "../../cluster/session.ts";
import { toJson } from "../../cluster/to-json.ts";
import { ENGINES } from "../../engine/index.ts";
import type { HostRecord } from "../../model/run/hosts.ts";
import type { StorageKnowledge } from "../../model/target/knowledge.ts";
import { targetFor } from "../../model/target/path-of-host.ts";
import type { TargetSpec } from "../../model/target/target.ts";
import type { Generator } from "../../run/generator.ts";
import type { RunRequest } from "../../run/request.ts";
import type { StorageFacts } from "../../scenario/fit/facts.ts";
import type { Host } from "../../scenario/preflight/preflight.ts";
import type { CommandContext } from "../command.ts";
import type { DialledHosts } from "./dial.ts";
import type { HostOptions } from "./options.ts";

/** The hosts of a command and the facts that they report. */
export interface JoinedCrew {
  /** Engines and limits that hold on every host. */
  readonly host: Host;
  /** Facts about a target, as the first host sees it. */
  readonly factsOf: (target: TargetSpec) => Promise<StorageFacts>;
  readonly crew: Crew;
  /** Makes what loads the target of a run from the hosts. */
  readonly generator: (request: RunRequest) => Promise<Generator>;
  /** Facts about the storage of the current run, as the first host knows them; null: none. */
  readonly storage: () => StorageKnowledge | null;
  /** Ends the sessions. */
  readonly close: () => Promise<void>;
}

interface JoinFlags {
  readonly offline: boolean;
  readonly quiet: boolean;
  /** Whether io_uring is probed. */
  readonly ring: boolean;
  /** Targets that agents which a launcher starts may load. */
  readonly targets: readonly TargetSpec[];
}

/** Starts the agents of all hosts and waits for them. Throws PreflightError if too few join. */
export async function joinCrew(
  options: HostOptions,
  flags: JoinFlags,
  context: CommandContext,
): Promise<JoinedCrew> {
  const { dial, minHosts } = options;
  if (dial === null) return joinHosts(options, null, flags, context);
  const { openDial } = await import("./dial.ts");
  const opened = await openDial(dial, { minHosts, targets: flags.targets }, context);
  try {
    const crew = await joinHosts(options, opened, flags, context);
    return { ...crew, close: () => crew.close().finally(opened.close) };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function joinHosts(
  options: HostOptions,
  dialled: DialledHosts | null,
  { offline, quiet, ring }: JoinFlags,
  { console, interrupt, version }: CommandContext,
): Promise<JoinedCrew> {
  const line = joinLines(options.joinTimeoutMs);
  let isJoined = false;
  const roster = await join(options.addresses, {
    ...options,
    ...dialled,
    assayVersion: version,
    runId: "command",
    signal: interrupt.signal,
    onState(progress) {
      const text = isJoined ? null : line(progress);
      if (!quiet && text !== null) console.error(`${text}\n`);
      const hint = isJoined ? null : (dialled?.unreached?.hint(progress) ?? null);
      if (hint !== null) console.error(`${hint}\n`);
    },
  });
  isJoined = true;
  try {
    return await look(roster, { offline, ring, options });
  } catch (error) {
    await roster.bye();
    throw error;
  }
}

/** Time after which waiting for hosts is shown, and then how often. */
const LATE_MS = 2000;
const AGAIN_MS = 10_000;

/** Returns a function that makes a line of the hosts that joined; null: nothing new to show. */
function joinLines(timeoutMs: number): (progress: JoinProgress) => string | null {
  let shownMs = timeoutMs + AGAIN_MS - LATE_MS;
  return (progress) => {
    const isAll = progress.waiting.length === 0;
    if (!isAll && shownMs - progress.leftMs < AGAIN_MS) return null;
    shownMs = progress.leftMs;
    return joinLine(progress);
  };
}

async function look(
  roster: Roster,
  { offline, ring, options }: { offline: boolean; ring: boolean; options: HostOptions },
): Promise<JoinedCrew> {
  const { sessions, absent } = roster;
  const bare = sessions.map((session) => hostOf(session, sessions.length));
  const ask = async (host: CrewHost, target: TargetSpec | null) => {
    const params = { target: target === null ? null : toJson(host.targetOf(target)), ring };
    return parsed(LOOK.result, await host.session.call("look", params).result, host.name);
  };
  const seen = await Promise.all(bare.map((host) => ask(host, null)));
  const hosts = bare.map((host, rank) => {
    const hasFloors = seen[rank]?.hasFloors === true;
    return { ...host, record: { ...host.record, hasFloors } };
  });
  const [first] = hosts;
  const [facts] = seen;
  if (first === undefined || facts === undefined) throw new Error("no host joined");
  const crew: Crew = { hosts, absent, offline, maxStartSpreadNs: options.maxStartSpreadNs };
  let current: HostsGenerator | null = null;
  return {
    crew,
    async generator(request) {
      current = new HostsGenerator(request, crew);
      return current;
    },
    storage: () => current?.storage ?? null,
    host: { engines: commonEngines(seen), limits: facts.limits, hosts: hosts.length },
    async factsOf(target) {
      const { facts: found } = await ask(first, target);
      if (found === null) throw new Error("a host reported nothing about the target");
      return found;
    },
    close: () => roster.bye(),
  };
}

/** The engines of this version, each refused if any host refuses it. */
function commonEngines(seen: readonly { readonly refusals: Readonly<Record<string, string>> }[]) {
  const refusals = Object.assign({}, ...seen.toReversed().map((one) => one.refusals));
  const entries = Object.entries(ENGINES).map(([name, traits]) => {
    const refusal: string | undefined = refusals[name];
    return [name, refusal === undefined ? traits : { ...traits, refusal }];
  });
  return Object.fromEntries(entries) as Host["engines"];
}

function hostOf(session: HostSession, hosts: number): CrewHost {
  const { name, rank, hello, clock } = session;
  const record: HostRecord = {
    ...{
      rank,
      name,
      hasFloors: false,
      clockBoundNs: clock.boundNs,
      state: "complete",
      reason: null,
    },
    hostName: hello.hostName,
    machine: hello.machine,
    cores: hello.cores,
    memoryBytes: hello.memoryBytes,
    kernel: hello.kernel,
    nodeVersion: hello.nodeVersion,
    instanceType: hello.instanceType,
  };
  const targetOf = (target: TargetSpec): TargetSpec => targetFor(target, name);
  const folderName = folderNameOf(rank, name, hosts);
  const takeSilenceNs = silenceOf(session);
  return { rank, name, folderName, session, record, takeSilenceNs, targetOf };
}

/** Returns a function that takes the longest silence of a host since the last call. */
function silenceOf(session: HostSession): () => number {
  let longestNs = 0;
  session.onStateChange(({ silentNs }) => {
    longestNs = Math.max(longestNs, silentNs);
  });
  return () => {
    const takenNs = longestNs;
    longestNs = 0;
    return takenNs;
  };
}
