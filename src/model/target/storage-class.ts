/** Storage classes of S3, as its pages call them. */
export const STORAGE_CLASS_NAMES = {
  STANDARD: "Standard",
  INTELLIGENT_TIERING: "Intelligent-Tiering",
  STANDARD_IA: "Standard-IA",
  ONEZONE_IA: "One Zone-IA",
  GLACIER_IR: "Glacier Instant Retrieval",
  GLACIER: "Glacier Flexible Retrieval",
  DEEP_ARCHIVE: "Glacier Deep Archive",
  EXPRESS_ONEZONE: "Express One Zone",
  REDUCED_REDUNDANCY: "Reduced Redundancy",
} as const;

export type StorageClass = keyof typeof STORAGE_CLASS_NAMES;

export const STORAGE_CLASSES = Object.keys(STORAGE_CLASS_NAMES) as readonly StorageClass[];
