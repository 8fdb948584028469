/** IAM permission that each command of the preparation and the cleanup needs. */
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
 * Returns the permission that a denied command needs: `s3:ListBucket`; null if unknown.
 *
 * @param versioned whether the command names a version of an object
 */
export function permissionOf(command: string, versioned = false): string | null {
  const permission = PERMISSIONS[command] ?? null;
  return permission === "s3:DeleteObject" && versioned ? "s3:DeleteObjectVersion" : permission;
}

/** Returns the permission in AWS's message of a denial; null if there is none. */
export function namedPermission(message: string): string | null {
  return /not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)\b/.exec(message)?.[1] ?? null;
}
