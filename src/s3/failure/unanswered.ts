import { CONTRACTS, type ResponseContract } from "../contract/contract.ts";
import { failureCode } from "./failure.ts";

/** Writes that were sent, wholly or partly, and have no answer: the store may still make them. */
export interface UnansweredWrites {
  /** Whose answer is still waited for. */
  readonly open: number;
  /** That ended without one: cut off, timed out, or with a lost connection. */
  readonly lost: number;
}

/** Requests after which something may be in the bucket, a delete marker included. */
const WRITES: ReadonlySet<ResponseContract> = new Set<ResponseContract>([
  CONTRACTS.put,
  CONTRACTS.putPart,
  CONTRACTS.copy,
  CONTRACTS.remove,
  CONTRACTS.removeMany,
  CONTRACTS.beginUpload,
  CONTRACTS.completeUpload,
]);

/** Whether a request may put something into the bucket, also where its answer is not heard. */
export function isWriteContract(contract: ResponseContract | undefined): boolean {
  return contract !== undefined && WRITES.has(contract);
}

/** The same of a request that is known by its method and query. */
export function isWrite(method: string, query: Readonly<Record<string, unknown>>): boolean {
  if (method === "GET" || method === "HEAD") return false;
  const aborts = method === "DELETE" && "uploadId" in query;
  return !aborts && !("tagging" in query) && !("restore" in query);
}

/** Beginnings of the codes of failures before the first byte of a request is sent. */
const NOT_CONNECTED: readonly string[] = [
  ...["ECONNREFUSED", "ENOTFOUND", "EAI_", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN"],
  ...["EADDRNOTAVAIL", "EMFILE", "ENFILE"],
  ...["EPROTO", "CERT_", "ERR_TLS", "ERR_SSL", "UNABLE_", "DEPTH_", "SELF_SIGNED"],
];

/** Whether something of the request may have been sent before it failed. */
function mayBeSent(error: unknown): boolean {
  const code = failureCode(error);
  if (NOT_CONNECTED.some((start) => code.startsWith(start))) return false;
  return !(error instanceof Error && error.message.includes("without establishing a connection"));
}

/** Counts the writes of one client of the SDK. */
export class WriteWatch implements UnansweredWrites {
  open = 0;
  lost = 0;

  /** Follows a request to its answer's head, or to its end where only that is the answer. */
  follow<Answer>(answered: Promise<Answer>, bodyOf: (answer: Answer) => unknown): void {
    this.open++;
    answered.then(
      (answer) => {
        const body = bodyOf(answer);
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
