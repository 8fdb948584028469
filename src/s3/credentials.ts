import { CreateSessionCommand, type S3Client } from "@aws-sdk/client-s3";
import { inTime } from "../model/abort.ts";
import { PreflightError } from "../model/fault/errors.ts";
import type { BucketAddress } from "../model/target/target.ts";
import type { Endpoint } from "./endpoint.ts";
import { providerSilentFor } from "./failure/no-response.ts";
import { concealCredentials } from "./signing/secrets.ts";
import type { Credentials } from "./signing/signature.ts";

/** Visible ASCII: any other character would break a header or begin another one. */
const HEADER_VALUE = /^[\x21-\x7e]+$/;
/** Heads have at most 16 KiB; a session token may take most of it. */
const MAX_BYTES = { key: 256, secret: 1024, token: 12 * 1024 } as const;

/** Credentials with the time when they expire. */
export interface Expiring extends Credentials {
  readonly expiration?: Date | undefined;
}

/**
 * Checks the credentials of a provider (environment, profile, program, STS, instance metadata,
 * session of a directory bucket) before they sign anything.
 *
 * @throws PreflightError if they are not valid in a request
 */
export function checkedCredentials<T extends Expiring>(credentials: T): T {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  const fits = (value: unknown, most: number) =>
    typeof value === "string" && value.length <= most && HEADER_VALUE.test(value);
  const isSecret =
    typeof secretAccessKey === "string" &&
    secretAccessKey !== "" &&
    secretAccessKey.length <= MAX_BYTES.secret;
  const wrong = !fits(accessKeyId, MAX_BYTES.key)
    ? "access key"
    : !isSecret
      ? "secret key"
      : sessionToken !== undefined && !fits(sessionToken, MAX_BYTES.token)
        ? "session token"
        : expiration !== undefined && !Number.isFinite(new Date(expiration).getTime())
          ? "expiration"
          : null;
  if (wrong !== null) {
    throw new PreflightError(
      `the ${wrong} that the credentials provider returned is not valid: it is empty, too long, ` +
        "or has characters that no HTTP header can have; check the provider and its configuration",
    );
  }
  concealCredentials(credentials);
  return credentials;
}

/** Credentials for a bucket: the provider's, or for a directory bucket those of a session. */
export async function credentialsFor(
  client: S3Client,
  address: BucketAddress,
  endpoint: Endpoint,
  forceRefresh: boolean,
): Promise<Expiring> {
  if (endpoint.service !== "s3express") return client.config.credentials({ forceRefresh });
  const answer = await client.send(new CreateSessionCommand({ Bucket: address.bucket }));
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
  return checkedCredentials({
    accessKeyId: AccessKeyId ?? "",
    secretAccessKey: SecretAccessKey ?? "",
    sessionToken: SessionToken,
    expiration: Expiration,
  });
}

/** Timeout of the program or service that provides credentials. */
const PROVIDER_MS = 30_000;

/** Makes a client check the credentials of its provider, with a timeout. */
export function checkProvider(client: S3Client): void {
  const provider = client.config.credentials;
  const silent = () => providerSilentFor(PROVIDER_MS);
  const checked: typeof provider = async (options) =>
    checkedCredentials(await inTime(provider(options), PROVIDER_MS, silent));
  // The SDK uses a provider with these marks as it is and wraps any other.
  const marks = { memoized: true, configBound: true, attributed: true };
  client.config.credentials = Object.assign(checked, marks);
}
