/** Permission that each command of the preparation and the cleanup needs, by IAM's names. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  AbortMultipartUploadCommand: "s3:AbortMultipartUpload",
  CompleteMultipartUploadCommand: "s3:PutObject",
  CreateMultipartUploadCommand: "s3:PutObject",
  DeleteObjectCommand: "s3:DeleteObject",
  DeleteObjectsCommand: "s3:DeleteObject",
  GetBucketVersioningCommand: "s3:GetBucketVersioning",
  GetObjectCommand: "s3:GetObject",
  GetObjectLockConfigurationCommand: "s3:GetBucketObjectLockConfiguration",
  HeadObjectCommand: "s3:GetObject",
  ListMultipartUploadsCommand: "s3:ListBucketMultipartUploads",
  ListObjectsV2Command: "s3:ListBucket",
  ListObjectVersionsCommand: "s3:ListBucketVersions",
  PutObjectCommand: "s3:PutObject",
  UploadPartCommand: "s3:PutObject",
};

/**
 * The one permission that a refused command lacks: `s3:ListBucket`. Null if the command is unknown.
 *
 * @param versioned whether the command names a version of an object
 */
export function permissionOf(command: string, versioned = false): string | null {
  const permission = PERMISSIONS[command] ?? null;
  return permission === "s3:DeleteObject" && versioned ? "s3:DeleteObjectVersion" : permission;
}

/** The permission that AWS names in the message of a refusal; null if it names none. */
export function namedPermission(message: string): string | null {
  return /not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)\b/.exec(message)?.[1] ?? null;
}
