import { isWriteContract } from "../../s3/failure/unanswered.ts";
import { Connection, type ConnectionListener } from "../../s3/http/connection.ts";
import type { HeadReader } from "../../s3/http/head.ts";
import { headText, IDEMPOTENT, type WireRequest } from "../../s3/http/request.ts";
import { errorHeaders, NO_HEADERS, StoreError } from "../../s3/response/error.ts";
import type { Route, Wire } from "../../s3/wire.ts";
import { lengthError } from "../objects/errors.ts";
import { bodyProblem, keepsText, problemOf, ResponseText } from "./response.ts";
import { RequestAttempts, type RetryPolicy, type ServedSlot } from "./retry.ts";

/** Receives the events of a request; its connection is free after the last one. */
export interface RequestListener {
  /** Head of a success; its headers are valid now. */
  onHead(connection: WireConnection, head: HeadReader): void;
  /** Bytes of a success that is not kept as text; valid only during the call. */
  onData(connection: WireConnection, buffer: Buffer, from: number, to: number): void;
  onDone(connection: WireConnection, error: Error | null): void;
}

/** One connection and its request, with the state for retries. */
export class WireConnection implements ConnectionListener {
  readonly number: number;
  /** Received bytes of the body. */
  received = 0;
  /** Kept body of a success. */
  text = "";
  private readonly slot: ServedSlot;
  private readonly wire: Wire;
  private readonly fresh: boolean;
  private readonly connection: Connection;
  private listener: RequestListener | null = null;
  private request: WireRequest | null = null;
  private uncut = false;
  private ok = false;
  /** Problem of the head of a response without a body. */
  private problem: Error | null = null;
  private status = 0;
  private headers = NO_HEADERS;
  private readonly kept = new ResponseText();
  /** Whether the outcome of the request is known; for a text only at its end. */
  private heard = false;
  /** Reason of a cancel while the response to a write is still awaited. */
  private ending: Error | null = null;
  private readonly attempts: RequestAttempts;
  private remedied = false;
  private reissued = false;
  private pauseTimer: NodeJS.Timeout | undefined;

  /** @param number of the connection in its session, from 0 */
  constructor(wire: Wire, policy: RetryPolicy, slot: ServedSlot, number: number) {
    this.number = number;
    this.slot = slot;
    this.wire = wire;
    this.fresh = policy.fresh;
    this.attempts = new RequestAttempts(policy, slot);
    this.connection = new Connection(this, wire.buffer, wire.deadlines);
    wire.watch(this.connection);
  }

  get busy(): boolean {
    return this.request !== null;
  }

  /** Connections opened so far. */
  get opened(): number {
    return this.connection.opened;
  }

  /** Whether a write is in flight, which the server may perform even without the connection. */
  get writes(): boolean {
    return !this.heard && this.connection.sending && isWriteContract(this.request?.contract);
  }

  /**
   * Sends a request; `onDone` is called once for it. `uncut`: {@link cancel} does not abort it,
   * because that would leave data in the bucket.
   */
  perform(request: WireRequest, listener: RequestListener, uncut = false): void {
    if (this.request !== null) throw new Error("a connection supports one request at a time");
    this.request = request;
    this.uncut = uncut;
    this.listener = listener;
    this.attempts.begin();
    this.remedied = false;
    this.reissued = false;
    this.ending = null;
    this.send(request);
  }

  /**
   * Aborts the request with an error and closes the connection. A write is only aborted with
   * `cuts`, else its response is awaited.
   */
  cancel(error: Error, cuts = false): void {
    if (this.request === null) this.connection.close();
    else if (this.uncut) return;
    else if (this.writes && !cuts) this.ending = error;
    else this.fail(error);
  }

  pause(): void {
    this.connection.pause();
  }

  resume(): void {
    this.connection.resume();
  }

  onConnecting(): void {
    this.slot.sink?.connecting(this.slot.number, this.number);
  }

  onConnected(): void {
    this.slot.sink?.connected(this.slot.number, this.number);
  }

  onSecured(): void {
    this.slot.sink?.secured(this.slot.number, this.number);
  }

  onSent(): void {
    this.slot.sink?.sent(this.slot.number, this.number);
  }

  onHead(head: HeadReader): void {
    const request = this.request;
    if (request === null) return;
    const { status } = head;
    this.status = status;
    this.ok = (status >= 200 && status < 300) || request.contract.statuses.includes(status);
    this.heard = !this.ok || !keepsText(request);
    if (!this.ok) {
      this.headers = errorHeaders(head);
      return;
    }
    const problem = problemOf(request, head);
    if (problem !== null) {
      this.heard = true;
      // The response is complete: the connection can be reused.
      if (request.method === "HEAD" || head.contentLength === 0) this.problem = problem;
      else this.fail(problem);
      return;
    }
    if (!keepsText(request)) this.attempts.succeeded();
    request.reader?.begin();
    this.slot.sink?.answered(this.slot.number, this.number);
    this.listener?.onHead(this, head);
  }

  onBody(buffer: Buffer, from: number, to: number): void {
    const request = this.request;
    if (request === null) return;
    if (!this.ok || keepsText(request)) {
      const problem = this.kept.add(buffer, from, to, this.ok, request.reader);
      if (problem !== null) this.fail(problem);
      return;
    }
    this.received += to - from;
    this.listener?.onData(this, buffer, from, to);
    if (this.request !== request) return;
    if (request.expects >= 0 && this.received > request.expects) {
      this.fail(lengthError(request.expects, this.received));
    }
  }

  onEnd(): void {
    const request = this.request;
    if (request === null) return;
    if (this.problem !== null) this.done(this.problem);
    else if (!this.ok) void this.refused(request);
    else if (keepsText(request)) {
      this.text = this.kept.take();
      request.reader?.feed(this.text);
      this.attempts.succeeded();
      this.done(null);
    } else this.done(bodyProblem(request, this.received));
  }

  onFailure(error: Error, unanswered: boolean, sent: boolean): void {
    const request = this.request;
    if (request === null) return;
    this.attempts.ended(error);
    const again = unanswered && !this.reissued && this.ending === null;
    if (again && IDEMPOTENT.has(request.method)) {
      // The server most likely never received the request, so it is sent again first.
      this.reissued = true;
      this.wire.counts.reissued++;
      this.send(request);
      return;
    }
    if (sent && !this.heard && isWriteContract(request.contract)) this.wire.lostWrites++;
    this.failed(request, error);
  }

  private send(request: WireRequest, route: Route = this.wire.routeOf(this.number)): void {
    this.received = 0;
    this.ok = false;
    this.heard = false;
    this.problem = null;
    this.wire.counts.attempts++;
    this.attempts.began();
    this.kept.clear();
    const { method, body } = request;
    const head = headText(request, route.signer, route.base, this.fresh);
    const pieces = body === null || Buffer.isBuffer(body) ? body : body.make();
    this.connection.send(route.destination, head, pieces, method === "HEAD", !this.fresh);
  }

  private async refused(request: WireRequest): Promise<void> {
    const error = new StoreError(this.status, this.kept.take(), this.headers);
    this.attempts.ended(error);
    const isOver = this.remedied || this.ending !== null;
    const route = isOver ? null : await this.wire.remedy(error, this.number);
    // It may have been canceled during the wait.
    if (this.request !== request) return;
    this.remedied ||= route !== null;
    if (route === null) this.failed(request, error);
    else this.send(request, route);
  }

  private failed(request: WireRequest, error: Error): void {
    // The start of an upload with a lost response must not be repeated.
    const safe = error instanceof StoreError || IDEMPOTENT.has(request.method);
    // The SDK does not retry after it has returned a body.
    const streams = this.ok && !keepsText(request);
    const pauseMs = safe && !streams && this.ending === null ? this.attempts.pauseMs(error) : null;
    if (pauseMs === null) this.done(error);
    else {
      this.wire.counts.retries++;
      this.pauseTimer = setTimeout(() => this.send(request), pauseMs);
    }
  }

  /** Ends the request with an error of this process and closes the connection. */
  fail(error: Error): void {
    clearTimeout(this.pauseTimer);
    if (this.writes) this.wire.lostWrites++;
    this.connection.close();
    this.kept.clear();
    this.done(error);
  }

  private done(error: Error | null): void {
    const listener = this.listener;
    this.request = null;
    this.attempts.ended(error);
    listener?.onDone(this, error);
  }
}
