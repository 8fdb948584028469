import { OPERATION_ROWS, type OperationTraits } from "./operation-rows.ts";

/** Everything a workload can issue. */
export type Operation = keyof typeof OPERATION_ROWS;

/** The traits of each operation. */
export const OPERATION: Readonly<Record<Operation, OperationTraits>> = OPERATION_ROWS;

export const OPERATIONS: readonly Operation[] = Object.keys(OPERATION_ROWS) as Operation[];

/** Operations with a trait, as types: a table over them does not compile where one is missing. */
type With<Trait> = {
  [Name in Operation]: (typeof OPERATION_ROWS)[Name] extends Trait ? Name : never;
}[Operation];

export type MixableOperation = With<{ readonly mix: object }>;
export type PathOperation = Exclude<Operation, With<{ readonly notOnPaths: string }>>;
export type ObjectOperation = Exclude<Operation, With<{ readonly notOnBuckets: string }>>;

/** Code of an operation in slot tables: its index in {@link OPERATIONS}. */
export function operationCode(operation: Operation): number {
  return OPERATIONS.indexOf(operation);
}

/**
 * Code of a sync in slot tables. It makes operations durable and is none itself: it has latencies
 * of its own and is part of no rate.
 */
export const SYNC_CODE = 255;

function all(has: (traits: OperationTraits) => boolean): ReadonlySet<Operation> {
  return new Set(OPERATIONS.filter((operation) => has(OPERATION[operation])));
}

/** Operations on blocks; the others are on whole files. A block device has nothing else. */
export const BLOCKS = all(({ unit }) => unit === "block");

/** Operations on all names of a directory or prefix. */
export const LISTS = all(({ unit }) => unit === "directory");

/** Operations that send the contents of files, which are made for them. */
export const SENDS = all(({ moves }) => moves === "sends");

/** Operations whose response brings bytes, so that the first of them can be timed. */
export const BRINGS = all(({ moves }) => moves === "brings");

/** Operations that move no bytes of files between client and storage. */
export const NO_BYTES = all(({ moves }) => moves === "nothing" || moves === "copies");

/** Operations that change what is stored; a rename changes only under which name. */
export const MODIFIES = all(
  ({ moves, files }) => moves === "sends" || moves === "copies" || files !== undefined,
);

/** Operations after which the files of a dataset, or their names, are others. */
export const ALTERS_FILES = all(
  ({ files, reliesOn }) => files !== undefined || reliesOn === "names",
);

/** Operations that move a file in parts, and those of them that send it: multipart uploads. */
export const IN_PARTS = all(({ inParts }) => inParts === true);
export const PART_UPLOADS = all(({ inParts, moves }) => inParts === true && moves === "sends");

/** What a mounted path can do: all but requests that only object stores know. */
export const ON_PATHS = all(({ notOnPaths }) => notOnPaths === undefined);

/** What a bucket can do: objects cannot be written in place or renamed. */
export const ON_BUCKETS = all(({ notOnBuckets }) => notOnBuckets === undefined);

/** Operations that put bytes into files, which can be made durable. */
export const SYNCABLE = all(
  ({ moves, notOnPaths }) => moves === "sends" && notOnPaths === undefined,
);

/** Operations that can share a phase, in the order in which a mix is written down. */
export const MIXABLE: readonly MixableOperation[] = OPERATIONS.filter(isMixable).sort(
  (a, b) => placeOf(a) - placeOf(b),
);

function isMixable(operation: Operation): operation is MixableOperation {
  return OPERATION[operation].mix !== undefined;
}

function placeOf(operation: Operation): number {
  return OPERATION[operation].mix?.place ?? 0;
}

/** A value for each of some operations. */
export function byName<Name extends Operation, Value>(
  operations: readonly Name[],
  make: (operation: Name) => Value,
): Readonly<Record<Name, Value>> {
  const entries = operations.map((name) => [name, make(name)]);
  return Object.fromEntries(entries) as Record<Name, Value>;
}

/** All operations with their help: `read, write: one block · delete · … Buckets only: copy, …`. */
export function operationHelp(): string {
  const named = (has: (traits: OperationTraits) => boolean) => [...all(has)].join(", ");
  const helps = new Set(OPERATIONS.map((operation) => OPERATION[operation].help));
  const groups = [...helps].flatMap((help) => {
    if (help === undefined) return [];
    const names = named((traits) => traits.help === help);
    return [help === "" ? names : `${names}: ${help}`];
  });
  const plain = named(({ help, reliesOn }) => help === undefined && reliesOn !== "versions");
  const versioned = named(({ help, reliesOn }) => help === undefined && reliesOn === "versions");
  const bucketsOnly = `${plain}, and with a dataset of versions ${versioned}`;
  return `${groups.join(" · ")}. Buckets only: ${bucketsOnly}.`;
}

/** Whether files come and go while others of the same phase are read. */
export function isLiveMix(operations: readonly Operation[]): boolean {
  return operations.length > 1 && operations.some((one) => OPERATION[one].files !== undefined);
}

/** What a phase needs of its dataset: one that makes files come and go begins with all of them. */
export function needsOf(operations: readonly Operation[]): "present" | "absent" {
  const [first] = operations;
  if (first === undefined || isLiveMix(operations)) return "present";
  return OPERATION[first].files === "added" ? "absent" : "present";
}

/**
 * The operation that can go over its dataset only once, for a file is created once and deleted
 * once; in a mix, files come and go.
 */
export function onceOf(operations: readonly Operation[]): Operation | undefined {
  return isLiveMix(operations)
    ? undefined
    : operations.find((one) => OPERATION[one].passes === "one");
}
