import { NodeHttpHandler } from "@smithy/node-http-handler";
import { orAborted } from "../model/abort.ts";
import { isWrite, WriteWatch } from "./failure/unanswered.ts";
import { type ResponseDeadlines, withinDeadlines } from "./response-deadline.ts";

/** What ends the requests of a client, and who counts those that may be made unheard. */
export interface TransportOptions {
  /** Ends every request in flight, except writes and those that abort a multipart upload. */
  readonly signal?: AbortSignal;
  /** Ends writes as well, except those that begin an upload: it could never be aborted. */
  readonly cut?: AbortSignal;
  readonly writes?: WriteWatch;
  /**
   * Bounds every response as a whole, and asks nothing once more that got none: for all that is
   * not measured, where a silent store would hold a command for minutes.
   */
  readonly deadlines?: ResponseDeadlines;
}

type Handle = NodeHttpHandler["handle"];

/**
 * The signals are given to the transport and not to `send`, because the SDK builds its middleware
 * anew for each `send` that has options. A write whose connection is destroyed may be made by the
 * store afterwards. So an abort ends the wait for it at most, and the request goes on until it is
 * answered or cut off.
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
    // S3 answers these with 200 before it is done; what came of them is in the body.
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
