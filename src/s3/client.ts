/**
 * S3 as a client sees it: the configured client of the AWS SDK here, and in `wire.ts` what the
 * connections of `s3-wire` share. `http` and `signing` are assay's HTTP and SigV4; `contract`
 * defines a valid response, `response` reads it, `failure` describes failures. This folder knows
 * no operations, datasets or runs. Read this file first.
 */

import { S3Client } from "@aws-sdk/client-s3";
import type { PayloadSigning } from "../model/plan/object-options.ts";
import type { BucketAddress } from "../model/target/target.ts";
import { authorities } from "./authorities.ts";
import { checkProvider } from "./credentials.ts";
import { checkContracts } from "./response/sdk-contract.ts";
import { boundRequests } from "./response-deadline.ts";
import { TransportHandler, type TransportOptions } from "./transport.ts";

/** Timeout for opening a connection, TLS included. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Timeout for silence on a socket; a whole request may take longer. */
const SILENCE_TIMEOUT_MS = 30_000;

export interface ClientOptions extends TransportOptions {
  /** Maximum requests in flight; the same number of connections is kept open. */
  readonly connections: number;
  /** Retries by the SDK after the first attempt; with 0, every failure is reported. */
  readonly retries: number;
  /** How signatures cover the bodies of PUTs (default: unsigned). */
  readonly payload?: PayloadSigning;
  /** False: each request opens a new connection (default: true). */
  readonly reused?: boolean;
  /** Silence after which a connection is closed, milliseconds (default: 30 s). */
  readonly silenceMs?: number;
  /**
   * Called before every attempt; `first`: whether it is the first of its request. The returned
   * function is called when the attempt has a response or failed.
   */
  readonly onAttempt?: (first: boolean) => ((error: unknown) => void) | null;
}

const silent = (): void => {};
const SILENT_LOGGER = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };

/**
 * Makes the client of one worker. Credentials come from the SDK's default chain (environment,
 * profile, instance role) and stay inside the client. By default bodies are not hashed: payloads
 * are unsigned, and checksums are sent only if S3 requires them. Otherwise the rate would be that
 * of SHA-256.
 *
 * @throws PreflightError if the file of the certificate authority cannot be read
 */
export function makeClient(address: BucketAddress, options: ClientOptions): S3Client {
  const agent = { keepAlive: options.reused ?? true, maxSockets: options.connections };
  const handlerOptions = {
    httpAgent: agent,
    httpsAgent: { ...agent, ...authorities(address.caPath) },
    connectionTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: options.silenceMs ?? SILENCE_TIMEOUT_MS,
    logger: SILENT_LOGGER,
  };
  const client = new S3Client({
    region: address.region,
    forcePathStyle: address.pathStyle,
    useAccelerateEndpoint: address.accelerate ?? false,
    useDualstackEndpoint: address.dualStack ?? false,
    useFipsEndpoint: address.fips ?? false,
    useArnRegion: true,
    // `awsSettings` decided all of this before the run. A client that reads the environment or
    // the profile again could send requests to another endpoint.
    ignoreConfiguredEndpointUrls: true,
    disableS3ExpressSessionAuth: false,
    authSchemePreference: [],
    maxAttempts: options.retries + 1,
    retryMode: "standard",
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // With it, every larger PUT would wait for a "100 Continue" on a new connection.
    expectContinueHeader: false,
    cacheMiddleware: true,
    logger: SILENT_LOGGER,
    requestHandler: new TransportHandler(handlerOptions, options),
    ...(address.endpoint === undefined ? {} : { endpoint: address.endpoint }),
    ...(address.profile === undefined ? {} : { profile: address.profile }),
  });
  if ((options.payload ?? "unsigned") === "unsigned") leavePayloadsUnsigned(client);
  useEndpointsInTurn(client, address);
  if (address.requesterPays === true) payAsRequester(client);
  checkProvider(client);
  checkContracts(client);
  if (options.deadlines !== undefined) boundRequests(client, options.deadlines);
  if (options.onAttempt !== undefined) countAttempts(client, options.onAttempt);
  return client;
}

const UNSIGNED_COMMANDS = new Set(["PutObjectCommand", "UploadPartCommand"]);

function leavePayloadsUnsigned(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const request = args.request;
      if (UNSIGNED_COMMANDS.has(context.commandName ?? "") && hasHeaders(request)) {
        // A stream with a checksum is sent in chunks; this header then announces them.
        const header = request.headers["x-amz-content-sha256"] ?? "";
        if (!header.startsWith("STREAMING-")) {
          request.headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD";
        }
      }
      return next(args);
    },
    { step: "build", name: "assayUnsignedPayload" },
  );
}

/** Distributes requests over several endpoints in turn, before each is signed. */
function useEndpointsInTurn(client: S3Client, { endpoints, endpoint = "" }: BucketAddress): void {
  if (endpoints === undefined || endpoints.length < 2) return;
  const hosts = endpoints.map((one) => new URL(one));
  const first = new URL(endpoint).hostname;
  let turn = 0;
  client.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      const host = hosts[turn++ % hosts.length];
      if (host !== undefined && isAddressed(request)) {
        // If the host name begins with the bucket, that part stays.
        request.hostname = request.hostname.replace(first, host.hostname);
        request.protocol = host.protocol;
        if (host.port === "") delete request.port;
        else request.port = Number(host.port);
      }
      return next(args);
    },
    { step: "build", name: "assayEndpointsInTurn", priority: "high" },
  );
}

function isAddressed(
  request: unknown,
): request is { hostname: string; protocol: string; port?: number } {
  return typeof request === "object" && request !== null && "hostname" in request;
}

function payAsRequester(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      if (hasHeaders(args.request)) args.request.headers["x-amz-request-payer"] = "requester";
      return next(args);
    },
    { step: "build", name: "assayRequesterPays" },
  );
}

function hasHeaders(request: unknown): request is { headers: Record<string, string> } {
  return typeof request === "object" && request !== null && "headers" in request;
}

/** Runs after the SDK's retry middleware, so that it runs once per attempt. */
function countAttempts(client: S3Client, onAttempt: NonNullable<ClientOptions["onAttempt"]>): void {
  client.middlewareStack.add(
    (next) => {
      return (args) => {
        const ended = onAttempt(!retried(args.request));
        const response = next(args);
        if (ended !== null) response.then(() => ended(null), ended);
        return response;
      };
    },
    { step: "finalizeRequest", name: "assayCountAttempts", priority: "low" },
  );
}

/** The SDK numbers the attempts of a request in a header: `attempt=2; max=3`. */
function retried(request: unknown): boolean {
  if (!hasHeaders(request)) return false;
  const attempt = request.headers["amz-sdk-request"];
  return attempt !== undefined && !attempt.startsWith("attempt=1;");
}
