import { OPERATION_ROWS, type OperationTraits } from "./operation-rows.ts";

/** An operation that a workload can issue. */
export type Operation = keyof typeof OPERATION_ROWS;

/** The traits of each operation. */
export const OPERATION: Readonly<Record<Operation, OperationTraits>> = OPERATION_ROWS;

export const OPERATIONS: readonly Operation[] = Object.keys(OPERATION_ROWS) as Operation[];

/** Operations with a trait, as a type, so that the compiler finds incomplete tables. */
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
 * Code of a sync call in slot tables. A sync is not an operation: it has its own latencies and does
 * not count in rates.
 */
export const SYNC_CODE = 255;

function all(has: (traits: OperationTraits) => boolean): ReadonlySet<Operation> {
  return new Set(OPERATIONS.filter((operation) => has(OPERATION[operation])));
}

/** Operations on blocks, the only ones that block devices support. */
export const BLOCKS = all(({ unit }) => unit === "block");

/** Operations at an offset of a file. */
export const AT_OFFSET = all(({ unit }) => unit === "block" || unit === "sample");

/** Operations on paths that open a file, transfer its contents and close it. */
export const OPENS_WHOLE = all(
  ({ unit, moves, notOnPaths }) =>
    unit === "file" && (moves === "sends" || moves === "brings") && notOnPaths === undefined,
);

/** Operations on all names of a directory or prefix. */
export const LISTS = all(({ unit }) => unit === "directory");

/** Operations that send file contents. */
export const SENDS = all(({ moves }) => moves === "sends");

/** Operations whose response has a body, so that the time to first byte can be measured. */
export const BRINGS = all(({ moves }) => moves === "brings");

/** Operations that transfer no file contents between client and storage. */
export const NO_BYTES = all(({ moves }) => moves === "nothing" || moves === "copies");

/** Operations that change stored contents or add or remove files; not `rename`. */
export const MODIFIES = all(
  ({ moves, files }) => moves === "sends" || moves === "copies" || files !== undefined,
);

/** Operations that change the set of files of a dataset, or their names. */
export const ALTERS_FILES = all(
  ({ files, reliesOn }) => files !== undefined || reliesOn === "names",
);

/** Operations that transfer a file in parts. */
export const IN_PARTS = all(({ inParts }) => inParts === true);
/** Operations that send a file in parts (multipart uploads). */
export const PART_UPLOADS = all(({ inParts, moves }) => inParts === true && moves === "sends");

/** Operations that mounted paths support. */
export const ON_PATHS = all(({ notOnPaths }) => notOnPaths === undefined);

/** Operations that buckets support. */
export const ON_BUCKETS = all(({ notOnBuckets }) => notOnBuckets === undefined);

/** Operations that write file contents on paths, which a sync can make durable. */
export const SYNCABLE = all(
  ({ moves, notOnPaths }) => moves === "sends" && notOnPaths === undefined,
);

/** Operations that can be mixed, in the order of a mix. */
export const MIXABLE: readonly MixableOperation[] = OPERATIONS.filter(isMixable).sort(
  (a, b) => placeOf(a) - placeOf(b),
);

function isMixable(operation: Operation): operation is MixableOperation {
  return OPERATION[operation].mix !== undefined;
}

function placeOf(operation: Operation): number {
  return OPERATION[operation].mix?.place ?? 0;
}

/** Makes a table with one value per operation. */
export function byName<Name extends Operation, Value>(
  operations: readonly Name[],
  make: (operation: Name) => Value,
): Readonly<Record<Name, Value>> {
  const entries = operations.map((name) => [name, make(name)]);
  return Object.fromEntries(entries) as Record<Name, Value>;
}

/** Help for all operations: `read, write: one block · delete · … Buckets only: copy, …`. */
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
  const bucketsOnly = `${plain}; with \`versions\` in the dataset also ${versioned}`;
  const required = "One of `operation` and `mix` is required. Default: none.";
  return `${groups.join(" · ")}. Buckets only: ${bucketsOnly}. ${required}`;
}

/** Whether a mix creates or removes files while other operations read them. */
export function isLiveMix(operations: readonly Operation[]): boolean {
  return operations.length > 1 && operations.some((one) => OPERATION[one].files !== undefined);
}

/** State of the dataset that a phase needs at its start; a live mix needs all files. */
export function needsOf(operations: readonly Operation[]): "present" | "absent" {
  const [first] = operations;
  if (first === undefined || isLiveMix(operations)) return "present";
  return OPERATION[first].files === "added" ? "absent" : "present";
}

/**
 * The operation that can visit its dataset only once, because a file can be created or deleted only
 * once. Undefined if there is none, and for live mixes.
 */
export function onceOf(operations: readonly Operation[]): Operation | undefined {
  return isLiveMix(operations)
    ? undefined
    : operations.find((one) => OPERATION[one].passes === "one");
}
