import { CONTRACTS, type ResponseContract } from "../contract/contract.ts";
import { failureCode } from "./failure.ts";

/** Writes sent, wholly or partly, without a response: the server may still perform them. */
export interface UnansweredWrites {
  /** Writes that still wait for a response. */
  readonly open: number;
  /** Writes that ended without a response: aborted, timed out, or connection lost. */
  readonly lost: number;
}

/** Requests that may add something to the bucket, including delete markers. */
const WRITES: ReadonlySet<ResponseContract> = new Set<ResponseContract>([
  CONTRACTS.put,
  CONTRACTS.putPart,
  CONTRACTS.copy,
  CONTRACTS.remove,
  CONTRACTS.removeMany,
  CONTRACTS.beginUpload,
  CONTRACTS.completeUpload,
]);

/** Whether a request may add something to the bucket, even if its response is lost. */
export function isWriteContract(contract: ResponseContract | undefined): boolean {
  return contract !== undefined && WRITES.has(contract);
}

/** Same as `isWriteContract`, by method and query. */
export function isWrite(method: string, query: Readonly<Record<string, unknown>>): boolean {
  if (method === "GET" || method === "HEAD") return false;
  const aborts = method === "DELETE" && "uploadId" in query;
  return !aborts && !("tagging" in query) && !("restore" in query);
}

/** Prefixes of failure codes before the first byte of a request is sent. */
const NOT_CONNECTED: readonly string[] = [
  ...["ECONNREFUSED", "ENOTFOUND", "EAI_", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN"],
  ...["EADDRNOTAVAIL", "EMFILE", "ENFILE"],
  ...["EPROTO", "CERT_", "ERR_TLS", "ERR_SSL", "UNABLE_", "DEPTH_", "SELF_SIGNED"],
];

/** Whether a part of the request may have been sent before it failed. */
function mayBeSent(error: unknown): boolean {
  const code = failureCode(error);
  if (NOT_CONNECTED.some((start) => code.startsWith(start))) return false;
  return !(error instanceof Error && error.message.includes("without establishing a connection"));
}

/** Counts unanswered writes of one SDK client. */
export class WriteWatch implements UnansweredWrites {
  open = 0;
  lost = 0;

  /** Follows a request to the head of its response, or to the end of a streamed body. */
  follow<Response>(response: Promise<Response>, bodyOf: (response: Response) => unknown): void {
    this.open++;
    response.then(
      (received) => {
        const body = bodyOf(received);
        if (!isReadable(body)) {
          this.open--;
          return;
        }
        body.once("close", () => {
          this.open--;
          if (!body.readableEnded) this.lost++;
        });
      },
      (error) => {
        this.open--;
        if (mayBeSent(error)) this.lost++;
      },
    );
  }
}

function isReadable(body: unknown): body is NodeJS.EventEmitter & { readableEnded: boolean } {
  return typeof body === "object" && body !== null && "readableEnded" in body && "once" in body;
}
