/**
 * Properties that both sides of a comparison share unless the claim varies them. The first group is
 * in the plan of a phase, the second describes the target.
 */
export const VARIABLE_PROPERTIES = [
  "operations",
  "blockSize",
  "objectSize",
  "access",
  "inFlight",
  "rate",
  "dataset",
  "layout",
  "data",
  "versions",
  "cache",
  "sync",
  "engine",
  "polling",
  "parts",
  "storageClass",
  "encryption",
  "checksum",
  "payload",
  "connections",
  "verify",
  "listing",
  "retries",
  "restore",
  "keysPerRequest",
  "touch",
  "kind",
  "provisioned",
  "size",
  "encrypted",
  "fileClass",
  "performanceMode",
  "fileSystem",
  "region",
  "address",
  "acceleration",
] as const;

export type VariableProperty = (typeof VARIABLE_PROPERTIES)[number];

/** Properties that no claim can vary: a difference in them is never the storage's. */
export const FIXED_PROPERTIES = ["emulation", "host", "software", "time"] as const;

/** What is compared before two phases count as alike. */
export type WorkProperty = VariableProperty | (typeof FIXED_PROPERTIES)[number];
