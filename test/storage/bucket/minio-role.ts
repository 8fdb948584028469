import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";

/** A hash with the interface that the SDK's signer needs. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: SourceData) {
    this.#hash =
      secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }

  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytesOf(data: SourceData): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  if (data instanceof ArrayBuffer) return Buffer.from(data);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

type SourceData = string | ArrayBuffer | ArrayBufferView;

/**
 * Temporary credentials of a MinIO that may do everything but what is denied, as the environment
 * of a process has them. MinIO evaluates the policy itself.
 */
export async function assumeRole(
  endpoint: string,
  environment: Readonly<Record<string, string>>,
  denied: readonly string[],
): Promise<Record<string, string>> {
  const policy = {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ["s3:*"], Resource: ["arn:aws:s3:::*"] },
      { Effect: "Deny", Action: denied, Resource: ["arn:aws:s3:::*"] },
    ],
  };
  const body = new URLSearchParams({
    Action: "AssumeRole",
    Version: "2011-06-15",
    DurationSeconds: "3600",
    Policy: JSON.stringify(policy),
  }).toString();
  const { host, hostname, protocol } = new URL(endpoint);
  const signer = new SignatureV4({
    service: "sts",
    region: environment.AWS_REGION ?? "us-east-1",
    sha256: Sha256,
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? "",
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? "",
    },
  });
  const headers = { host, "content-type": "application/x-www-form-urlencoded" };
  const request = { method: "POST", protocol, hostname, path: "/", headers, query: {}, body };
  const signed = await signer.sign(request);
  const response = await fetch(endpoint, { method: "POST", headers: signed.headers, body });
  const text = await response.text();
  const field = (name: string) => new RegExp(`<${name}>([^<]*)<`).exec(text)?.[1] ?? "";
  if (!response.ok) throw new Error(`AssumeRole: ${response.status} ${text}`);
  return {
    AWS_ACCESS_KEY_ID: field("AccessKeyId"),
    AWS_SECRET_ACCESS_KEY: field("SecretAccessKey"),
    AWS_SESSION_TOKEN: field("SessionToken"),
  };
}
