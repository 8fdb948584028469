import type { DatasetLocation, DatasetPlan } from "../../model/plan/dataset.ts";
import { layOut } from "../content/layout.ts";

/** State of a dataset in a session. */
interface Known {
  readonly location: DatasetLocation;
  /** Whether a phase of this run changed it; a wrong file size is then this run's own. */
  changed: boolean;
  /** What must exist since preparation; a phase that changes files keeps the directories. */
  there: "unknown" | "directories" | "all";
  /** Whether several hosts prepare it, each a part, so that this one writes no other files. */
  inParts: boolean;
}

/** Datasets that a session has prepared, each laid out once. */
export class KnownDatasets {
  private readonly known = new Map<string, Known>();
  /** Datasets that a phase of other hosts changed before this one prepared them. */
  private readonly changedBefore = new Set<string>();
  private readonly isMember: boolean;

  /** `isMember`: whether another host holds the data, so that this one prepares only parts. */
  constructor(isMember = false) {
    this.isMember = isMember;
  }

  of(dataset: DatasetPlan): Known {
    const known = this.known.get(dataset.name) ?? {
      location: layOut(dataset, dataset.name),
      changed: this.changedBefore.has(dataset.name),
      there: "unknown" as const,
      inParts: this.isMember,
    };
    this.known.set(dataset.name, known);
    return known;
  }

  /** Records that a phase changed a dataset. */
  markChanged(dataset: string): void {
    const known = this.known.get(dataset);
    if (known === undefined) {
      this.changedBefore.add(dataset);
      return;
    }
    known.changed = true;
    if (known.there === "all") known.there = "directories";
  }

  /** Parts of a dataset that must exist. */
  there(dataset: string): Known["there"] {
    return this.known.get(dataset)?.there ?? "unknown";
  }
}
