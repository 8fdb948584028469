import { isThrottling } from "../../model/run/measurement.ts";
import { failureCode } from "../../s3/failure/failure.ts";
import { isWriteContract } from "../../s3/failure/unanswered.ts";
import type { HeadReader } from "../../s3/http/answer-head.ts";
import { Connection, type ConnectionListener } from "../../s3/http/connection.ts";
import { IDEMPOTENT, type WireRequest } from "../../s3/http/request.ts";
import { errorHeaders, NO_HEADERS, StoreError } from "../../s3/response/error.ts";
import type { Route, Wire } from "../../s3/wire.ts";
import { lengthError } from "../objects/errors.ts";
import { bodyProblem, keepsText, problemOf } from "./contract.ts";
import type { Attempts, LaneListener } from "./listener.ts";
import { Again } from "./retry.ts";
import { AnswerText } from "./text.ts";

/** One connection and the request on it, with whatever is needed to send that once more. */
export class Lane implements ConnectionListener {
  readonly number: number;
  /** Bytes of the body that have arrived. */
  received = 0;
  /** The body of a success that was to be kept. */
  text = "";
  readonly #wire: Wire;
  readonly #attempts: Attempts;
  readonly #connection: Connection;
  #listener: LaneListener | null = null;
  #request: WireRequest | null = null;
  #uncut = false;
  #ok = false;
  /** What the head of a response without a body breaks. */
  #problem: Error | null = null;
  #status = 0;
  #headers = NO_HEADERS;
  readonly #kept = new AnswerText();
  /** The store has said what came of the request; a text says it only at its end. */
  #heard = false;
  /** Why nothing is sent any more, although the answer to a write is still waited for. */
  #ending: Error | null = null;
  readonly #again: Again;
  #remedied = false;
  #reissued = false;
  #mark = 0;
  #pause: NodeJS.Timeout | undefined;

  constructor(wire: Wire, attempts: Attempts, number: number) {
    this.number = number;
    this.#wire = wire;
    this.#attempts = attempts;
    this.#again = new Again(attempts);
    this.#connection = new Connection(this, wire.buffer, wire.deadlines);
    wire.watch(this.#connection);
  }

  get busy(): boolean {
    return this.#request !== null;
  }

  /** Connections opened so far. */
  get opened(): number {
    return this.#connection.opened;
  }

  /** Whether a write is under way that the store may still make, whatever becomes of the lane. */
  get writes(): boolean {
    return !this.#heard && this.#connection.sending && isWriteContract(this.#request?.contract);
  }

  /**
   * Sends a request; `onDone` is called once for it. `uncut`: {@link cancel} does not end it, for
   * that would leave something behind in the store.
   */
  perform(request: WireRequest, listener: LaneListener, uncut = false): void {
    if (this.#request !== null) throw new Error("a lane has one request at a time");
    this.#request = request;
    this.#uncut = uncut;
    this.#listener = listener;
    this.#again.begin();
    this.#remedied = false;
    this.#reissued = false;
    this.#ending = null;
    this.#send(request, this.#wire.routeOf(this.number));
  }

  /**
   * Ends what is in flight with an error, and lets go of the connection; a write only where that
   * `cuts`, else its answer is waited for.
   */
  cancel(error: Error, cuts = false): void {
    if (this.#request === null) this.#connection.close();
    else if (this.#uncut) return;
    else if (this.writes && !cuts) this.#ending = error;
    else this.fail(error);
  }

  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  onConnecting(): void {
    this.#listener?.onConnecting(this);
  }

  onConnected(): void {
    this.#listener?.onConnected(this);
  }

  onSecured(): void {
    this.#listener?.onSecured(this);
  }

  onSent(): void {
    this.#listener?.onSent(this);
  }

  onHead(head: HeadReader): void {
    const request = this.#request;
    if (request === null) return;
    this.#status = head.status;
    const { status } = head;
    this.#ok = (status >= 200 && status < 300) || request.contract.statuses.includes(status);
    this.#heard = !this.#ok || !keepsText(request);
    if (!this.#ok) {
      this.#headers = errorHeaders(head);
      return;
    }
    const problem = problemOf(request, head);
    if (problem !== null) {
      this.#heard = true;
      // Nothing is left to come: the connection is as good as before.
      if (request.method === "HEAD" || head.contentLength === 0) this.#problem = problem;
      else this.fail(problem);
      return;
    }
    if (!keepsText(request)) this.#again.succeeded();
    this.#listener?.onAnswer(this, head);
  }

  onBody(buffer: Buffer, from: number, to: number): void {
    const request = this.#request;
    if (request === null) return;
    if (!this.#ok || keepsText(request)) {
      const problem = this.#kept.keep(buffer, from, to, this.#ok);
      if (problem !== null) this.fail(problem);
      return;
    }
    this.received += to - from;
    this.#listener?.onData(this, buffer, from, to);
    if (this.#request !== request) return;
    if (request.expects >= 0 && this.received > request.expects) {
      this.fail(lengthError(request.expects, this.received));
    }
  }

  onEnd(): void {
    const request = this.#request;
    if (request === null) return;
    if (this.#problem !== null) this.#done(this.#problem);
    else if (!this.#ok) this.#refused(request);
    else if (keepsText(request)) {
      this.text = this.#kept.take();
      this.#again.succeeded();
      this.#done(null);
    } else this.#done(bodyProblem(request, this.received));
  }

  onFailure(error: Error, unanswered: boolean, sent: boolean): void {
    const request = this.#request;
    if (request === null) return;
    this.#attemptEnds(error);
    const again = unanswered && !this.#reissued && this.#ending === null;
    if (again && IDEMPOTENT.has(request.method)) {
      // What was sent on it was most likely never seen, and is sent again before anything else.
      this.#reissued = true;
      this.#wire.counts.reissued++;
      this.#send(request, this.#wire.routeOf(this.number));
      return;
    }
    if (sent && !this.#heard && isWriteContract(request.contract)) this.#wire.lostWrites++;
    this.#failed(request, error);
  }

  #send(request: WireRequest, { place, signer, base }: Route): void {
    this.received = 0;
    this.#ok = false;
    this.#heard = false;
    this.#problem = null;
    this.#wire.counts.attempts++;
    if (this.#attempts.retries > 0) this.#mark = this.#listener?.onAttempt() ?? 0;
    this.#kept.clear();
    const { method, path, query, headers, extra, body } = request;
    const head = headers.head(signer, method, base + path, query);
    const { fresh } = this.#attempts;
    const pieces = body === null || Buffer.isBuffer(body) ? body : body.make();
    const whole = fresh ? `${head}connection: close\r\n${extra}\r\n` : `${head}${extra}\r\n`;
    this.#connection.send(place, whole, pieces, method === "HEAD", !fresh);
  }

  #refused(request: WireRequest): void {
    const error = new StoreError(this.#status, this.#kept.take(), this.#headers);
    this.#attemptEnds(error);
    const isOver = this.#remedied || this.#ending !== null;
    const route = isOver ? null : this.#wire.remedy(error, this.number);
    if (route === null) {
      this.#failed(request, error);
      return;
    }
    this.#remedied = true;
    this.#send(request, route);
  }

  /** Told once, with what came of the attempt. */
  #attemptEnds(error: Error | null): void {
    const mark = this.#mark;
    if (mark === 0) return;
    this.#mark = 0;
    this.#listener?.onAttemptEnd(mark, error !== null && isThrottling(failureCode(error)));
  }

  #failed(request: WireRequest, error: Error): void {
    // An upload that was begun unheard must not be begun twice.
    const safe = error instanceof StoreError || IDEMPOTENT.has(request.method);
    // The SDK sends nothing again once it has handed out a body.
    const streams = this.#ok && !keepsText(request);
    const pauseMs = safe && !streams && this.#ending === null ? this.#again.pauseMs(error) : null;
    if (pauseMs === null) this.#done(error);
    else {
      this.#wire.counts.retries++;
      this.#pause = setTimeout(() => this.#send(request, this.#wire.routeOf(this.number)), pauseMs);
    }
  }

  /** Ends the request under way with an error of this side; the connection goes with it. */
  fail(error: Error): void {
    clearTimeout(this.#pause);
    if (this.writes) this.#wire.lostWrites++;
    this.#connection.close();
    this.#kept.clear();
    this.#done(error);
  }

  #done(error: Error | null): void {
    const listener = this.#listener;
    this.#request = null;
    this.#attemptEnds(error);
    listener?.onDone(this, error);
  }
}
