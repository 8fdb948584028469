/**
 * The coordinator's side of runs on several hosts: `generator.ts` takes the place of this process's
 * threads in a run. `hosts.ts` opens, prepares and ends the run on all hosts, `time-on-hosts.ts`
 * times a phase: it starts it (`phase.ts`), merges what the hosts send, and stores it. Read this
 * file first.
 */
import type { Environment } from "../../model/run/environment.ts";
import type { Run, Warning } from "../../model/run/run.ts";
import type { StorageKnowledge } from "../../model/target/knowledge.ts";
import type { Generator, HostsEnd, TimedResult } from "../../run/generator.ts";
import { rosterWarnings } from "../../run/hosts/roster-warnings.ts";
import type { RunRequest } from "../../run/request.ts";
import type { RunParts, Timing } from "../../run/setup.ts";
import type { OpenOptions, TargetSession } from "../../storage/target/target.ts";
import type { Crew } from "./crew.ts";
import { Hosts } from "./hosts.ts";
import { HostsTarget } from "./target.ts";
import { type RunOnHosts, timeOnHosts } from "./time-on-hosts.ts";

/** Loads a target from several hosts; this process never touches the storage. */
export class HostsGenerator implements Generator {
  private readonly run: RunOnHosts;
  private end: HostsEnd | null = null;

  constructor(request: RunRequest, crew: Crew) {
    this.run = { request, hosts: new Hosts(request, crew), folders: null };
  }

  async open(options: OpenOptions): Promise<TargetSession> {
    const { hosts } = this.run;
    await hosts.openTarget(options);
    const reused = [...hosts.opened.values()].some((one) => one.reused);
    return new HostsTarget(hosts, reused);
  }

  async environment(): Promise<Environment> {
    const { first } = this.run.hosts;
    if (first === null) throw new Error("no host is open");
    return first.environment;
  }

  hosts(end: HostsEnd | null): Pick<Run, "hosts" | "hostScope"> {
    const { hosts } = this.run;
    if (end !== null && this.run.request.signal.aborted) hosts.ends(end);
    this.end = end;
    return { hosts: hosts.records(), hostScope: hosts.scope };
  }

  warnings(): readonly Warning[] {
    const { hosts } = this.run;
    return rosterWarnings(hosts.records(), hosts.crew.absent);
  }

  /** Facts about the storage, as the first host knows them. */
  get storage(): StorageKnowledge | null {
    return this.run.hosts.first?.storage ?? null;
  }

  time(parts: RunParts, timing: Timing): Promise<TimedResult> {
    return timeOnHosts(this.run, parts, timing);
  }

  async close(): Promise<boolean> {
    // Hosts are still open only if the target could not be opened on all of them.
    await this.run.hosts.finish(false).catch(() => {});
    this.run.folders?.end(this.run.hosts.records(), this.end);
    this.run.folders = null;
    return true;
  }
}
