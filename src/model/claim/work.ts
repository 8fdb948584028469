/** Properties of a target, which all its phases share. */
export const TARGET_PROPERTY_NAMES = [
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

/**
 * Properties that both sides of a comparison share unless the claim varies them: those of the work
 * first, then those of the target.
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
  ...TARGET_PROPERTY_NAMES,
] as const;

export type TargetPropertyName = (typeof TARGET_PROPERTY_NAMES)[number];
export type VariableProperty = (typeof VARIABLE_PROPERTIES)[number];

/** Properties that no claim can vary: a difference in them is never the storage's. */
export const FIXED_PROPERTIES = ["emulation", "host", "software", "time"] as const;

/** What is compared before two phases count as alike. */
export type WorkProperty = VariableProperty | (typeof FIXED_PROPERTIES)[number];
