import { KIND_ROWS, type KindTraits } from "./kind-rows.ts";
import type { StorageClass } from "./storage-class.ts";

/** Kind of a target, declared by the user and never guessed. */
export type TargetKind = keyof typeof KIND_ROWS;

/** The traits of each kind. */
export const KIND: Readonly<Record<TargetKind, KindTraits>> = KIND_ROWS;

export const TARGET_KINDS = Object.keys(KIND_ROWS) as readonly TargetKind[];

/** Kinds with a trait, as a type, so that the compiler finds incomplete tables. */
type With<Trait> = {
  [Name in TargetKind]: (typeof KIND_ROWS)[Name] extends Trait ? Name : never;
}[TargetKind];

export type VolumeKind = With<{ readonly volume: object }>;
export type BurstingKind = With<{ readonly volume: { readonly bursts: true } }>;

function all(has: (traits: KindTraits) => boolean): ReadonlySet<TargetKind> {
  return new Set(TARGET_KINDS.filter((kind) => has(KIND[kind])));
}

/** Kinds that are AWS services. */
export const AMAZON_KINDS = all(({ service }) => service !== null);
/** Kinds that are not AWS services. */
export const OFF_AWS_KINDS = all(({ service }) => service === null);

/** Kinds that are buckets. */
export const BUCKET_KINDS = all(({ family }) => family === "bucket");
/** Kinds that exist in memory only. */
export const MEMORY_KINDS = all(({ family }) => family === "memory");

/** Kinds of block storage, on which the user creates a file system. */
export const BLOCK_KINDS = all(({ family, isFileSystem }) => family === "path" && !isFileSystem);

/** EBS volumes. */
export const VOLUME_KINDS: readonly VolumeKind[] = TARGET_KINDS.filter(
  (kind): kind is VolumeKind => KIND[kind].volume !== undefined,
);

/** Default storage class of a bucket's objects. */
export function usualClassOf(kind: TargetKind): StorageClass {
  return KIND[kind].usualClass ?? "STANDARD";
}
