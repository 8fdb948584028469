import type { DatasetPlan } from "../../model/plan/dataset.ts";
import type { Operation } from "../../model/plan/operation.ts";
import type { PhasePlan } from "../../model/plan/plan.ts";
import type { Field } from "../schema/settings.ts";

/** A mistake in how a phase's fields go together, told at the field that is easiest to change. */
export interface Mistake {
  readonly field: Field;
  readonly message: string;
}

/** A phase under check, and which of its fields were said rather than filled in. */
export interface Subject {
  readonly phase: PhasePlan;
  readonly dataset: DatasetPlan | null;
  readonly operations: readonly Operation[];
  readonly said: (field: Field) => boolean;
}
