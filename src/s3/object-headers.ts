import { createHash } from "node:crypto";

/** Headers of what the SDK's commands call by these names. */
const HEADER_OF: Readonly<Record<string, string>> = {
  StorageClass: "x-amz-storage-class",
  ServerSideEncryption: "x-amz-server-side-encryption",
  SSEKMSKeyId: "x-amz-server-side-encryption-aws-kms-key-id",
  SSECustomerAlgorithm: "x-amz-server-side-encryption-customer-algorithm",
  SSECustomerKey: "x-amz-server-side-encryption-customer-key",
  CopySourceSSECustomerAlgorithm: "x-amz-copy-source-server-side-encryption-customer-algorithm",
  CopySourceSSECustomerKey: "x-amz-copy-source-server-side-encryption-customer-key",
  ChecksumAlgorithm: "x-amz-checksum-algorithm",
  ChecksumMode: "x-amz-checksum-mode",
};

type Parameters = Readonly<Record<string, string | undefined>>;

/** Parameters of objects as headers; a customer's key brings its MD5, as S3 demands. */
export function objectHeaders(...parameters: readonly Parameters[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of parameters.flatMap((some) => Object.entries(some))) {
    const header = HEADER_OF[name];
    if (header === undefined) throw new Error(`no header is known for ${name}`);
    if (value === undefined) continue;
    headers[header] = value;
    if (!name.endsWith("CustomerKey")) continue;
    const key = Buffer.from(value, "base64");
    headers[`${header}-md5`] = createHash("md5").update(key).digest("base64");
  }
  return headers;
}
