/**
 * S3 as a client sees it: the configured client of the AWS SDK here, and in `wire.ts` what the
 * connections of `s3-wire` share. `http` and `signing` are our own HTTP and SigV4; `contract`
 * defines a success, `response` reads one, `failure` puts a failure in words. Nothing here knows
 * operations, datasets or runs. Read this file first.
 */

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { getCACertificates } from "node:tls";
import { S3Client } from "@aws-sdk/client-s3";
import { messageOf, PreflightError } from "../model/fault/errors.ts";
import type { PayloadSigning } from "../model/plan/object-options.ts";
import type { BucketAddress } from "../model/target/target.ts";
import { checkProvider } from "./credentials.ts";
import { holdToContract } from "./response/sdk-contract.ts";
import { boundRequests } from "./response-deadline.ts";
import { TransportHandler, type TransportOptions } from "./transport.ts";

/** A connection that is not there after this long will not come. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Silence on a socket, not the length of a request: a slow store may take longer in all. */
const SILENCE_TIMEOUT_MS = 30_000;

export interface ClientOptions extends TransportOptions {
  /** Requests in flight at once; as many connections are kept open. */
  readonly connections: number;
  /** Attempts the SDK may add to the first; 0 shows every failure as one. */
  readonly retries: number;
  /** How bodies of PUTs are covered by their signature; not at all unless told otherwise. */
  readonly payload?: PayloadSigning;
  /** False: each request opens a connection of its own. */
  readonly reused?: boolean;
  /** Silence after which a connection is given up; 30 s unless told otherwise. */
  readonly silenceMs?: number;
  /**
   * Called before every attempt, with whether it is the first of its request; what it returns is
   * called when the attempt was answered or failed.
   */
  readonly onAttempt?: (first: boolean) => ((error: unknown) => void) | null;
}

const silent = (): void => {};
const SILENT_LOGGER = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };

/**
 * A client for one worker. Credentials come from the SDK's default chain (environment, profile,
 * instance role) and stay inside the client. Bodies are not hashed unless that is asked for:
 * checksums only where S3 demands them, payloads unsigned, so that a measurement is not one of
 * SHA-256.
 *
 * @throws PreflightError where the certificate authority's file cannot be read.
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
    // All of it was decided before the run (`awsSettings`): a client that looked into the
    // environment or the profile by itself might ask another store than the one that is named.
    ignoreConfiguredEndpointUrls: true,
    disableS3ExpressSessionAuth: false,
    authSchemePreference: [],
    maxAttempts: options.retries + 1,
    retryMode: "standard",
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // With it, every larger PUT would wait for a "100 Continue" on a new connection of its own.
    expectContinueHeader: false,
    cacheMiddleware: true,
    logger: SILENT_LOGGER,
    requestHandler: new TransportHandler(handlerOptions, options),
    ...(address.endpoint === undefined ? {} : { endpoint: address.endpoint }),
    ...(address.profile === undefined ? {} : { profile: address.profile }),
  });
  if ((options.payload ?? "unsigned") === "unsigned") leavePayloadsUnsigned(client);
  takeTurns(client, address);
  if (address.requesterPays === true) payAsRequester(client);
  checkProvider(client);
  holdToContract(client);
  if (options.deadlines !== undefined) boundRequests(client, options.deadlines);
  if (options.onAttempt !== undefined) countAttempts(client, options.onAttempt);
  return client;
}

/** The private authority is added to those that are trusted anyway. */
export function authorities(caPath: string | undefined): { ca?: string[] } {
  if (caPath === undefined) return {};
  try {
    const text = readFileSync(caPath, "utf8");
    new X509Certificate(text);
    return { ca: [...getCACertificates("default"), text] };
  } catch (error) {
    throw new PreflightError(
      `the certificate authority ${caPath} cannot be read (${messageOf(error)}); ` +
        "name a readable PEM file as `ca`",
    );
  }
}

const UNSIGNED_COMMANDS = new Set(["PutObjectCommand", "UploadPartCommand"]);

function leavePayloadsUnsigned(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const request = args.request;
      if (UNSIGNED_COMMANDS.has(context.commandName ?? "") && hasHeaders(request)) {
        // A stream with a checksum is sent in chunks, which this header has to say.
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

/** Several endpoints are asked in turn: the request is sent to the next one before it is signed. */
function takeTurns(client: S3Client, { endpoints, endpoint = "" }: BucketAddress): void {
  if (endpoints === undefined || endpoints.length < 2) return;
  const hosts = endpoints.map((one) => new URL(one));
  const first = new URL(endpoint).hostname;
  let turn = 0;
  client.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      const host = hosts[turn++ % hosts.length];
      if (host !== undefined && isAddressed(request)) {
        // With the bucket in the host name, that part stays.
        request.hostname = request.hostname.replace(first, host.hostname);
        request.protocol = host.protocol;
        if (host.port === "") delete request.port;
        else request.port = Number(host.port);
      }
      return next(args);
    },
    { step: "build", name: "assayTakeTurns", priority: "high" },
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

/** Placed after the SDK's retry middleware, so that it is passed once for each attempt. */
function countAttempts(client: S3Client, onAttempt: NonNullable<ClientOptions["onAttempt"]>): void {
  client.middlewareStack.add(
    (next) => {
      return (args) => {
        const ended = onAttempt(!retried(args.request));
        const answer = next(args);
        if (ended !== null) answer.then(() => ended(null), ended);
        return answer;
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
