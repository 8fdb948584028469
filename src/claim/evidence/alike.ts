import type { Claim } from "../../model/claim/claim.ts";
import {
  FIXED_PROPERTIES,
  VARIABLE_PROPERTIES,
  type WorkProperty,
} from "../../model/claim/work.ts";
import type { Evidence } from "./evidence.ts";
import { NOT_RECORDED, PHASE_PROPERTIES, type Property } from "./work-phase.ts";
import { TARGET_PROPERTIES } from "./work-target.ts";

/** A property in which two phases differ, though the claim does not vary it. */
export interface Difference {
  readonly property: WorkProperty;
  /** `block size (64KiB and 1MiB)`. */
  readonly words: string;
  /** Setting of the first side, for a run of the second one that is like it. */
  readonly setting: string;
}

const PROPERTIES: Readonly<Record<WorkProperty, Property>> = {
  ...PHASE_PROPERTIES,
  ...TARGET_PROPERTIES,
};

const ORDER: readonly WorkProperty[] = [...VARIABLE_PROPERTIES, ...FIXED_PROPERTIES];

/**
 * Properties in which the two sides of a comparison differ without being compared for it, in a
 * fixed order. Empty: the sides are alike, so a difference of what they measured is one of what the
 * claim varies. A property that applies to one side only is not compared.
 */
export function differencesOf(
  { varies }: Pick<Claim, "varies">,
  of: Evidence,
  over: Evidence,
): readonly Difference[] {
  const named: ReadonlySet<WorkProperty> = new Set(varies);
  return ORDER.filter((property) => !named.has(property)).flatMap((property) => {
    const { words, read, isAlike, setting } = PROPERTIES[property];
    const [first, second] = [read(of), read(over)];
    if (first === null || second === null) return [];
    // What is not recorded equals only itself in one run, whose phases share it.
    const isUnknown = [first, second].includes(NOT_RECORDED) && !isOneRun(of, over);
    const alike = !isUnknown && (isAlike === undefined ? first === second : isAlike(of, over));
    if (alike) return [];
    return [{ property, words: `${words} (${first} and ${second})`, setting: setting(of) }];
  });
}

function isOneRun(of: Evidence, over: Evidence): boolean {
  const ids = new Set([of, over].flatMap((one) => one.repetitions.map(({ run }) => run.id)));
  return ids.size === 1;
}
