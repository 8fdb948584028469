import { KIND_ROWS, type KindTraits } from "./kind-rows.ts";
import type { StorageClass } from "./storage-class.ts";

/**
 * What the user says a target is. It is declared, never guessed: a directory on a laptop stays
 * labelled a directory in every output.
 */
export type TargetKind = keyof typeof KIND_ROWS;

/** The traits of each kind. */
export const KIND: Readonly<Record<TargetKind, KindTraits>> = KIND_ROWS;

export const TARGET_KINDS = Object.keys(KIND_ROWS) as readonly TargetKind[];

/** Kinds with a trait, as types: a table over them does not compile where one is missing. */
type With<Trait> = {
  [Name in TargetKind]: (typeof KIND_ROWS)[Name] extends Trait ? Name : never;
}[TargetKind];

export type VolumeKind = With<{ readonly volume: object }>;
export type BurstingKind = With<{ readonly volume: { readonly bursts: true } }>;

function all(has: (traits: KindTraits) => boolean): ReadonlySet<TargetKind> {
  return new Set(TARGET_KINDS.filter((kind) => has(KIND[kind])));
}

/** Kinds that AWS sells, and those that are no service of it. */
export const AMAZON_KINDS = all(({ service }) => service !== null);
export const OFF_AWS_KINDS = all(({ service }) => service === null);

/** Kinds that are reached as a bucket, or that exist only in memory; others are mounted paths. */
export const BUCKET_KINDS = all(({ family }) => family === "bucket");
export const MEMORY_KINDS = all(({ family }) => family === "memory");

/** Kinds of block storage, on which the user makes a file system; a directory may lie on any. */
export const BLOCK_KINDS = all(({ family, isFileSystem }) => family === "path" && !isFileSystem);

/** EBS volumes. */
export const VOLUME_KINDS: readonly VolumeKind[] = TARGET_KINDS.filter(
  (kind): kind is VolumeKind => KIND[kind].volume !== undefined,
);

/** Class of a bucket's objects where none is given. */
export function usualClassOf(kind: TargetKind): StorageClass {
  return KIND[kind].usualClass ?? "STANDARD";
}
