import type { DatasetLocation, Location } from "../../model/plan/dataset.ts";
import type { Usage } from "../../model/run/cost.ts";
import { CLEANUP_NOTE, CLEANUP_WARNINGS } from "../../run/cleanup.ts";
import type { CleanOptions, CleanReport, TargetSession } from "../../storage/target/target.ts";
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

  async setCache(): Promise<readonly string[]> {
    return [];
  }

  async residency(): Promise<null> {
    return null;
  }

  async clean(options?: CleanOptions): Promise<CleanReport> {
    const { warnings, usage } = await this.hosts.finish(false, options?.progress);
    this.spent.push(...usage);
    const incomplete = warnings.some(({ code }) => code === CLEANUP_WARNINGS.notRemoved);
    // A host returns all warnings of its run, of which the merge has the others.
    const of = (...codes: readonly string[]) =>
      warnings.filter(({ code }) => codes.includes(code)).map(({ message }) => message);
    const left = of(CLEANUP_WARNINGS.leftBehind, CLEANUP_WARNINGS.notRemoved);
    return { removedFiles: 0, removedBytes: 0, left, notes: of(CLEANUP_NOTE), incomplete };
  }

  async keep(): Promise<void> {
    const { usage } = await this.hosts.finish(true);
    this.spent.push(...usage);
  }

  usage(): readonly Usage[] {
    return this.spent;
  }

  async close(): Promise<void> {}
}
