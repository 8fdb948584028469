import { PreflightError } from "../../model/fault/errors.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import type { HostRecord, HostScope } from "../../model/run/hosts.ts";
import type { RunState } from "../../model/run/measurement.ts";
import { unlistedHosts } from "../../model/target/path-of-host.ts";
import type { HostsEnd } from "../../run/generator.ts";
import { namesOf } from "../../run/hosts/host-end.ts";
import type { RunRequest } from "../../run/request.ts";
import type { OpenOptions, PrepareProgress } from "../../storage/target/target.ts";
import type { Json } from "../channel.ts";
import { OPEN, type OpenResult, PREPARE, parsed, TOKEN } from "../run-calls.ts";
import { ownStorageWarning } from "../same-storage.ts";
import { toJson } from "../to-json.ts";
import type { Crew, CrewHost } from "./crew.ts";
import { dataWarnings, type Finished, finishRun, heirOf, remedyOn } from "./finish.ts";
import { Preparation } from "./preparation.ts";
import { scopeByContent } from "./same-target.ts";
import { refuseVerifiedWrites } from "./verified.ts";

/** The hosts of one run, with the calls that concern the whole run. */
export class Hosts {
  readonly crew: Crew;
  private readonly request: RunRequest;
  private readonly states = new Map<number, { state: RunState; reason: string | null }>();
  private readonly open = new Set<CrewHost>();
  /** Last phase of each dataset; it may have changed files, also for hosts without a part of it. */
  private readonly before = new Map<string, PhasePlan>();
  scope: HostScope = "shared";
  /** Host that holds the data of a shared target: the first one, until another takes it over. */
  private holder: CrewHost;
  private inheriting: Promise<void> = Promise.resolve();
  /** Facts that each host reported when its target was open. */
  readonly opened = new Map<CrewHost, OpenResult>();

  constructor(request: RunRequest, crew: Crew) {
    const [first] = crew.hosts;
    if (first === undefined) throw new Error("a run needs a host");
    this.request = request;
    this.crew = crew;
    this.holder = first;
  }

  /** The hosts as the run stores them. */
  records(): readonly HostRecord[] {
    return this.crew.hosts.map((host) => this.recordOf(host));
  }

  /** Opens the target on all hosts; if one cannot, on none. */
  async openTarget(options: OpenOptions): Promise<void> {
    try {
      await this.openInOrder(options);
    } catch (error) {
      const left = dataWarnings((await this.finish(false)).warnings);
      if (!(error instanceof PreflightError) || left.length === 0) throw error;
      throw new PreflightError([error.message, ...left].join("\n"), { cause: error });
    }
  }

  /** Opens the target first on rank 0, then, once the scope is known, on the others. */
  private async openInOrder(options: OpenOptions): Promise<void> {
    const [, ...others] = this.crew.hosts;
    const keeper = this.holder;
    refuseLost(this.crew.hosts);
    const names = [...this.crew.hosts, ...this.crew.absent].map(({ name }) => name);
    const stray = unlistedHosts(this.request.target, names);
    if (stray.length > 0) {
      options.onWarning?.(
        `the target has paths for ${stray.join(", ")}, which --hosts does not name; hosts ` +
          "without their own path use the default path",
      );
    }
    await this.openOn(keeper, "keeper", options);
    this.scope = others.length === 0 ? "private" : await this.scopeOf(keeper, options);
    if (this.scope === "shared") refuseVerifiedWrites(this.request.plan, this.crew.hosts.length);
    const role = this.scope === "shared" ? "member" : "keeper";
    await everyHost(others, (host) => this.openOn(host, role, options));
  }

  /** Lets each host prepare its part of a phase's dataset, then the keeper check all of it. */
  async prepare(phase: PhasePlan, signal: AbortSignal): Promise<void> {
    const { hosts } = this.crew;
    const preparation = new Preparation<CrewHost>(hosts);
    const progress = (host: CrewHost, value: unknown): void => {
      const { what, ...part } = parsed(PREPARE.event, value, host.name);
      const { doneBytes, totalBytes } = preparation.report(host, part);
      this.request.events.preparing(phase, doneBytes, totalBytes, what);
    };
    const before = this.before.get(phase.dataset);
    this.before.set(phase.dataset, phase);
    // A host that cannot prepare its part ends the preparation of the others.
    const stop = new AbortController();
    const all = AbortSignal.any([signal, stop.signal]);
    const call = async (host: CrewHost, part: Json): Promise<void> => {
      const after = part === null || before === undefined ? null : toJson(before);
      const params = { phase: toJson(phase), part, after };
      const on = { event: (value: Json) => progress(host, value), signal: all };
      await host.session.call("prepare", params, on).result.catch((error: unknown) => {
        stop.abort(error);
        throw error;
      });
      preparation.end(host);
    };
    const isShared = this.scope === "shared" && hosts.length > 1;
    const partOf = (place: number) => (isShared ? { host: place, hosts: hosts.length } : null);
    await everyHost(hosts, (host) => call(host, partOf(host.rank)));
    if (isShared) await call(this.keeper, null);
  }

  /** Facts that the first host reported; null before. */
  get first(): OpenResult | null {
    return this.opened.get(this.keeper) ?? null;
  }

  get keeper(): CrewHost {
    return this.holder;
  }

  /**
   * Lets another host take over the data if its holder is lost, without a wait: an agent without a
   * coordinator removes the data that it still holds, under the load of the others.
   */
  private watch(host: CrewHost): void {
    host.session.onStateChange(({ state }) => {
      if (state !== "lost" || host !== this.holder || this.scope !== "shared") return;
      const living = [...this.open].filter(({ session }) => session.state !== "lost");
      this.inheriting = heirOf(living).then((heir) => {
        if (heir !== null) this.holder = heir;
      });
    });
  }

  /** Records how the run was interrupted, for hosts that were complete until then. */
  ends({ state, reason }: HostsEnd): void {
    if (state === "complete") return;
    for (const { rank } of this.crew.hosts) {
      if (!this.states.has(rank)) this.states.set(rank, { state, reason });
    }
  }

  /** Records why a host did not do the whole run. */
  mark(host: CrewHost, state: RunState, reason: string): void {
    this.states.set(host.rank, { state, reason });
  }

  /** Ends the run on all hosts where it is open. */
  async finish(keep: boolean, progress?: PrepareProgress): Promise<Finished> {
    await this.inheriting.catch(() => {});
    const hosts = this.crew.hosts.filter((host) => this.open.delete(host));
    const remedy = (host: CrewHost): string => remedyOn(host, this.request);
    return finishRun({ hosts, holder: this.holder, scope: this.scope, keep, remedy }, progress);
  }

  private recordOf(host: CrewHost): HostRecord {
    const { state, reason } = this.states.get(host.rank) ?? { state: "complete", reason: null };
    return { ...host.record, state, reason };
  }

  private async openOn(
    host: CrewHost,
    role: "keeper" | "member",
    { signal, reuse, onWarning }: OpenOptions,
  ): Promise<void> {
    const { plan, planHash, runId, assayVersion, keepData, cleanupTimeoutMs } = this.request;
    const [first] = plan.phases;
    if (first === undefined) throw new Error("a plan needs a phase");
    const params = {
      ...{ runId, assayVersion, planHash, role, keepData },
      folderName: `${runId}-${host.folderName}`,
      plan: toJson(plan),
      target: toJson(host.targetOf(this.request.target)),
      resolved: { ...this.request.resolve(first) },
      reuseData: reuse,
      offline: this.crew.offline,
      cleanupTimeoutMs: cleanupTimeoutMs ?? null,
      hosts: this.crew.hosts.length,
      host: toJson(this.recordOf(host)),
      scope: this.scope,
    };
    const value = await host.session.call("open", params, signal === undefined ? {} : { signal })
      .result;
    this.open.add(host);
    this.watch(host);
    const opened = parsed(OPEN.result, value, host.name);
    this.opened.set(host, opened);
    for (const { code, message } of opened.warnings) {
      if (code === "target") onWarning?.(`${host.name}: ${message}`);
    }
  }

  /** Finds whether the other hosts see the storage of the keeper, whose target is open. */
  private async scopeOf(keeper: CrewHost, { onWarning }: OpenOptions): Promise<HostScope> {
    const { target, runId } = this.request;
    const params = { target: toJson(keeper.targetOf(target)), runId, expected: null };
    const value = await keeper.session.call("token", params).result;
    const { token } = parsed(TOKEN.result, value, keeper.name);
    const { scope, answers } = await scopeByContent(this.crew.hosts, target, { runId, token });
    // With paths by host, separate storage is intended.
    const isIntended = scope === "shared" || target.pathByHost !== undefined;
    const warning = isIntended ? null : ownStorageWarning(target.kind, answers);
    if (warning !== null) onWarning?.(warning);
    return scope;
  }
}

/** Throws PreflightError if a host was lost in an earlier run of the command. */
function refuseLost(hosts: readonly CrewHost[]): void {
  const lost = hosts.filter(({ session }) => session.state === "lost");
  if (lost.length === 0) return;
  const [were, they] = lost.length === 1 ? ["was", "it"] : ["were", "they"];
  throw new PreflightError(
    `${namesOf(lost)} ${were} lost in an earlier run of this command; start this run again when ` +
      `${they} can be reached, or without ${they === "it" ? "it" : "them"}`,
  );
}

/** Waits for all hosts; throws what failed, one line per host. */
async function everyHost(
  hosts: readonly CrewHost[],
  work: (host: CrewHost) => Promise<void>,
): Promise<void> {
  const outcomes = await Promise.allSettled(hosts.map(work));
  const failed = outcomes.flatMap((outcome, at) =>
    outcome.status === "rejected" ? [{ host: hosts[at], error: outcome.reason as unknown }] : [],
  );
  const [first] = failed;
  if (first === undefined) return;
  const isExpected = failed.every(({ error }) => error instanceof PreflightError);
  if (!isExpected || failed.length === 1) throw first.error;
  // A host that was stopped because another one failed has the error of that one.
  const messages = new Set(failed.map(({ error }) => (error as Error).message));
  throw new PreflightError([...messages].join("\n"));
}
