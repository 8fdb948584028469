import { BACKING_NOUNS, type Backing } from "./backing.ts";
import { KIND } from "./kind.ts";
import type { StorageKnowledge } from "./knowledge.ts";
import type { TargetSpec } from "./target.ts";

/** EFS supports NFS 4.0 and 4.1 only (EFS user guide, "Unsupported NFSv4 features"). */
const NOT_EFS = /^(nfs)?vers=(2|3|4\.2)$/;

/** Whether the storage below a path has the declared kind. */
export interface Fit {
  /** The contradiction, one sentence; null if there is none. */
  readonly mismatch: string | null;
  /** Why the kind cannot be determined, one sentence; null if it can. */
  readonly unknown: string | null;
}

const AGREES: Fit = { mismatch: null, unknown: null };

/** Compares the storage below a path with the declared kind. Emulated targets are not compared. */
export function fitOf(target: TargetSpec, backing: Backing | null): Fit {
  const fitting = KIND[target.kind].backing;
  if (target.emulated !== undefined || fitting === undefined) return AGREES;
  if (backing === null) {
    return { ...AGREES, unknown: "this host does not show the storage below the target" };
  }
  const { kind, evidence } = backing;
  const declared = `declared as ${KIND[target.kind].noun}`;
  const wrong = backing.members.map((member) => fitOf(target, member).mismatch);
  const [member] = wrong.filter((one) => one !== null);
  if (kind === "unknown" && member !== undefined) return { ...AGREES, mismatch: member };
  const version = kind === "nfs" ? backing.mountOptions.find((one) => NOT_EFS.test(one)) : null;
  if (target.kind === "efs" && version != null) {
    const mismatch = `${declared}, but ${evidence}: ${version}, which EFS does not support`;
    return { ...AGREES, mismatch };
  }
  if (fitting.fits.includes(kind)) return AGREES;
  if (fitting.open.includes(kind)) {
    const bind = kind === "container-layer" ? "; use a bind mount to show it" : "";
    return { ...AGREES, unknown: `the kind of storage is unknown: ${evidence}${bind}` };
  }
  return {
    ...AGREES,
    mismatch: `${declared}, but the storage is ${BACKING_NOUNS[kind]} (${evidence})`,
  };
}

/**
 * The contradiction between a target and its declared kind, one sentence; null if there is none.
 * For older runs, which do not store it, it is determined again.
 */
export function misfitOf(target: TargetSpec, knowledge: StorageKnowledge): string | null {
  if (target.emulated !== undefined) return null;
  const { misfit, describedKind, backing } = knowledge;
  if (misfit !== undefined) return misfit;
  if (describedKind === undefined) return fitOf(target, backing).mismatch;
  if (describedKind === target.kind) return null;
  return `declared as ${KIND[target.kind].noun}, but AWS describes ${KIND[describedKind].noun}`;
}
