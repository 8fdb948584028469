import { NodeHttpHandler } from "@smithy/node-http-handler";
import { orAborted } from "../model/abort.ts";
import { isWrite, WriteWatch } from "./failure/unanswered.ts";
import { type ResponseDeadlines, withinDeadlines } from "./response-deadline.ts";

/** Abort signals of a client, its deadlines, and the counter of unanswered writes. */
export interface TransportOptions {
  /** Aborts every request in flight, except writes and aborts of multipart uploads. */
  readonly signal?: AbortSignal;
  /** Aborts writes too, except starts of uploads: those uploads could never be aborted. */
  readonly cut?: AbortSignal;
  readonly writes?: WriteWatch;
  /**
   * Deadlines of every response, without a retry after one is missed. For requests outside the
   * measurement, where a silent server would delay a command for minutes.
   */
  readonly deadlines?: ResponseDeadlines;
}

type Handle = NodeHttpHandler["handle"];

/**
 * The transport gets the signals instead of `send`, because the SDK rebuilds its middleware for
 * each `send` with options. The server may still perform a write after its connection is destroyed.
 * Therefore an abort only ends the wait; the request continues until its response or its cutoff.
 */
export class TransportHandler extends NodeHttpHandler {
  private readonly signal: AbortSignal | undefined;
  private readonly cut: AbortSignal | undefined;
  private readonly writes: WriteWatch;
  private readonly deadlines: ResponseDeadlines | undefined;

  constructor(
    options: ConstructorParameters<typeof NodeHttpHandler>[0],
    { signal, cut, writes, deadlines }: TransportOptions,
  ) {
    super(options);
    this.signal = signal;
    this.cut = cut;
    this.deadlines = deadlines;
    this.writes = writes ?? new WriteWatch();
  }

  override handle(...[request, options]: Parameters<Handle>): ReturnType<Handle> {
    const { method, query, headers } = request;
    const signal = this.signal;
    const cut = this.cut;
    const begins = method === "POST" && "uploads" in query;
    const aborts = method === "DELETE" && "uploadId" in query;
    if (aborts) return this.send(request, options);
    if (!isWrite(method, query) || (signal?.aborted === true && !begins)) {
      const ending = signal === undefined ? options : { ...options, abortSignal: signal };
      return this.send(request, ending);
    }
    const given = options?.abortSignal;
    const { abortSignal: _, ...rest } = options ?? {};
    const ending = begins || cut === undefined ? rest : { ...rest, abortSignal: cut };
    const answered = this.send(request, ending);
    // S3 responds to these with 200 before it is done; the outcome is in the body.
    const isLate = method === "POST" || "x-amz-copy-source" in headers;
    this.writes.follow(answered, ({ response }) => {
      return isLate && response.statusCode < 300 ? response.body : null;
    });
    return given instanceof AbortSignal ? orAborted(answered, given) : answered;
  }

  private send(...[request, options]: Parameters<Handle>): ReturnType<Handle> {
    if (this.deadlines === undefined) return super.handle(request, options);
    const signal = options?.abortSignal instanceof AbortSignal ? options.abortSignal : undefined;
    const handle = (abortSignal: AbortSignal) => super.handle(request, { ...options, abortSignal });
    return withinDeadlines(request, this.deadlines, signal, handle);
  }
}
