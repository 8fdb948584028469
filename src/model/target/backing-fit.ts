import { BACKING_NOUNS, type Backing } from "./backing.ts";
import { KIND } from "./kind.ts";
import type { StorageKnowledge } from "./knowledge.ts";
import type { TargetSpec } from "./target.ts";

/** EFS speaks NFS 4.0 and 4.1 only (EFS user guide, "Unsupported NFSv4 features"). */
const NOT_EFS = /^(nfs)?vers=(2|3|4\.2)$/;

/** Whether what is below a path is what it was declared to be. */
export interface Fit {
  /** What contradicts it, one sentence; null: nothing does. */
  readonly mismatch: string | null;
  /** Why it cannot be told, one sentence; null: it can. */
  readonly unknown: string | null;
}

const AGREES: Fit = { mismatch: null, unknown: null };

/** Compares what is below a path with the declared kind. An emulated target is known to be none. */
export function fitOf(target: TargetSpec, backing: Backing | null): Fit {
  const fitting = KIND[target.kind].backing;
  if (target.emulated !== undefined || fitting === undefined) return AGREES;
  if (backing === null) {
    return { ...AGREES, unknown: "what lies below the target is not shown on this machine" };
  }
  const { kind, evidence } = backing;
  const declared = `declared as ${KIND[target.kind].noun}`;
  const wrong = backing.members.map((member) => fitOf(target, member).mismatch);
  const [member] = wrong.filter((one) => one !== null);
  if (kind === "unknown" && member !== undefined) return { ...AGREES, mismatch: member };
  const version = kind === "nfs" ? backing.mountOptions.find((one) => NOT_EFS.test(one)) : null;
  if (target.kind === "efs" && version != null) {
    const mismatch = `${declared}, but ${evidence}: ${version}, which EFS does not speak`;
    return { ...AGREES, mismatch };
  }
  if (fitting.fits.includes(kind)) return AGREES;
  if (fitting.open.includes(kind)) {
    const bind = kind === "container-layer" ? "; a bind mount would show it" : "";
    return { ...AGREES, unknown: `what lies below cannot be told: ${evidence}${bind}` };
  }
  return {
    ...AGREES,
    mismatch: `${declared}, but ${BACKING_NOUNS[kind]} lies below (${evidence})`,
  };
}

/**
 * Why a target is not what it was declared to be, one sentence; null where nothing contradicts it.
 * Of stored runs from before it was stored, it is worked out again.
 */
export function misfitOf(target: TargetSpec, knowledge: StorageKnowledge): string | null {
  if (target.emulated !== undefined) return null;
  const { misfit, describedKind, backing } = knowledge;
  if (misfit !== undefined) return misfit;
  if (describedKind === undefined) return fitOf(target, backing).mismatch;
  if (describedKind === target.kind) return null;
  return `declared as ${KIND[target.kind].noun}, AWS describes ${KIND[describedKind].noun}`;
}
