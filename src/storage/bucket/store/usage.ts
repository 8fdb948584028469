import type { S3Client } from "@aws-sdk/client-s3";
import type { RequestClass } from "../../../model/plan/operation-rows.ts";
import type { Usage } from "../../../model/run/cost.ts";
import { STORAGE_CLASSES, type StorageClass } from "../../../model/target/storage-class.ts";

const WRITES: ReadonlySet<string> = new Set([
  "PutObjectCommand",
  "CreateMultipartUploadCommand",
  "UploadPartCommand",
  "CompleteMultipartUploadCommand",
  "ListObjectsV2Command",
  "ListObjectVersionsCommand",
  "ListMultipartUploadsCommand",
]);
const FREE: ReadonlySet<string> = new Set([
  "DeleteObjectCommand",
  "DeleteObjectsCommand",
  "AbortMultipartUploadCommand",
]);
const STORES: ReadonlySet<string> = new Set(["PutObjectCommand", "CompleteMultipartUploadCommand"]);

type Sums = { -readonly [Field in keyof Usage]: Usage[Field] };

/** Counts the requests and bytes of preparation and cleanup, which are not measured. */
export class RequestLedger {
  /** Stage to which following requests are assigned. */
  stage: "preparation" | "cleaning" = "preparation";
  private readonly sums = new Map<string, Sums>();
  /** Storage class of the open upload of each key. */
  private readonly uploads = new Map<string, StorageClass>();
  private readonly usual: StorageClass;

  /** @param usual storage class of objects for which a request specifies none */
  constructor(usual: StorageClass) {
    this.usual = usual;
  }

  /** Starts counting the requests of a client; after the SDK's retries, so that each counts. */
  attach(client: S3Client): void {
    client.middlewareStack.add(
      (next, context) => (args) => {
        this.count(context.commandName ?? "", args.input);
        return next(args);
      },
      { step: "finalizeRequest", name: "assayCountRequests", priority: "low" },
    );
  }

  usage(): readonly Usage[] {
    return [...this.sums.values()];
  }

  private count(command: string, input: object): void {
    const key = "Key" in input && typeof input.Key === "string" ? input.Key : "";
    const storageClass = this.classOf(command, key, input);
    const requestClass: RequestClass = WRITES.has(command)
      ? "write"
      : FREE.has(command)
        ? "free"
        : "read";
    const name = [this.stage, requestClass, storageClass].join("|");
    const sum = this.sums.get(name) ?? {
      what: this.stage,
      requestClass,
      storageClass,
      requests: 0,
      sentBytes: 0,
      receivedBytes: 0,
      storedObjects: 0,
    };
    sum.requests++;
    sum.sentBytes += "Body" in input ? lengthOf(input.Body) : 0;
    if (STORES.has(command)) sum.storedObjects++;
    this.sums.set(name, sum);
  }

  private classOf(command: string, key: string, input: object): StorageClass {
    const requested = "StorageClass" in input ? input.StorageClass : undefined;
    const named = STORAGE_CLASSES.find((known) => known === requested);
    if (command === "CreateMultipartUploadCommand") this.uploads.set(key, named ?? this.usual);
    const open = this.uploads.get(key);
    if (command === "CompleteMultipartUploadCommand") this.uploads.delete(key);
    return named ?? open ?? this.usual;
  }
}

function lengthOf(body: unknown): number {
  if (body instanceof Uint8Array) return body.byteLength;
  return typeof body === "string" ? Buffer.byteLength(body) : 0;
}
