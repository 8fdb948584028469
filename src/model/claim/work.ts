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
 * Properties that must be equal on both sides of a comparison unless the claim varies them: those
 * of the workload, then those of the target.
 */
export const VARIABLE_PROPERTIES = [
  "operations",
  "blockSize",
  "objectSize",
  "access",
  "inFlight",
  "clients",
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

/** Properties that no claim can vary, because differences in them are not caused by the storage. */
export const FIXED_PROPERTIES = ["emulation", "host", "software", "time"] as const;

/** Property that must be equal for two phases to be comparable. */
export type WorkProperty = VariableProperty | (typeof FIXED_PROPERTIES)[number];
