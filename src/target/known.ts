import type { DatasetLocation, DatasetPlan } from "../model/dataset.ts";
import { layOut } from "./layout.ts";

/** A dataset as a session knows it. */
interface Known {
  readonly location: DatasetLocation;
  /** A phase of this run changed it, so what has a wrong size is this run's own, unfinished. */
  touched: boolean;
}

/** The datasets a session has met, each laid out once. */
export class KnownDatasets {
  readonly #known = new Map<string, Known>();

  of(dataset: DatasetPlan): Known {
    const known = this.#known.get(dataset.name) ?? {
      location: layOut(dataset, dataset.name),
      touched: false,
    };
    this.#known.set(dataset.name, known);
    return known;
  }

  /** Told that a phase changed a dataset. */
  touch(dataset: string): void {
    const known = this.#known.get(dataset);
    if (known !== undefined) known.touched = true;
  }
}
