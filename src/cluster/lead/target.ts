import { PreflightError } from "../../model/fault/errors.ts";
import type { DatasetLocation, Location } from "../../model/plan/dataset.ts";
import type { Usage } from "../../model/run/cost.ts";
import { CLEANUP_NOTE, CLEANUP_WARNINGS } from "../../run/cleanup.ts";
import type { CleanOptions, CleanReport, TargetSession } from "../../storage/target/target.ts";
import { dataWarnings } from "./finish.ts";
import type { Hosts } from "./hosts.ts";

/**
 * The target of a run on several hosts, as its runner sees it: each call goes to the hosts. They
 * prepare datasets as part of a phase, so that the methods about datasets are never called here.
 */
export class HostsTarget implements TargetSession {
  readonly location: Location = { kind: "memory", synthetic: null };
  readonly reused: boolean;
  readonly sharedFrom = undefined;
  private readonly hosts: Hosts;
  private readonly spent: Usage[] = [];

  constructor(hosts: Hosts, reused: boolean) {
    this.hosts = hosts;
    this.reused = reused;
  }

  prepare(): Promise<DatasetLocation> {
    throw new Error("the hosts prepare the datasets");
  }

  changed(): void {}

  async residency(): Promise<null> {
    return null;
  }

  async clean(options?: CleanOptions): Promise<CleanReport> {
    const { warnings, usage } = await this.hosts.finish(false, options?.progress);
    this.spent.push(...usage);
    const incomplete = warnings.some(({ code }) => code === CLEANUP_WARNINGS.notRemoved);
    const left = dataWarnings(warnings);
    const notes = warnings
      .filter(({ code }) => code === CLEANUP_NOTE)
      .map(({ message }) => message);
    return { removedFiles: 0, removedBytes: 0, left, notes, incomplete };
  }

  async keep(): Promise<void> {
    const { warnings, usage } = await this.hosts.finish(true);
    this.spent.push(...usage);
    const problems = dataWarnings(warnings);
    if (problems.length > 0) throw new PreflightError(problems.join("; "));
  }

  usage(): readonly Usage[] {
    return this.spent;
  }

  async close(): Promise<void> {}
}
