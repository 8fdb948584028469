/**
 * HTTP/1.1 client: a kept-alive connection, requests as bytes, and a parser that does not copy
 * bodies. It knows nothing of S3 except the contract of a request, and does not retry. Read this
 * file first, then `response.ts`, the parser.
 */

import type net from "node:net";
import { BodySender } from "./body-sender.ts";
import type { HeadReader } from "./head.ts";
import { MalformedResponse } from "./head.ts";
import type { RequestBody } from "./request.ts";
import { type ResponseListener, ResponseParser } from "./response.ts";
import {
  ConnectionError,
  codeIsLoss,
  type Deadlines,
  type Destination,
  openSocket,
} from "./socket.ts";

/** Receives the events of one request at a time. */
export interface ConnectionListener extends ResponseListener {
  onConnecting(): void;
  onConnected(): void;
  onSecured(): void;
  /** The last byte of a request's body was passed to the network. */
  onSent(): void;
  /**
   * The request failed and the connection is lost. `unanswered`: the server closed an idle
   * connection without a byte of a response, so it most likely never received the request.
   * `sent`: at least a part of the request was sent.
   */
  onFailure(error: Error, unanswered: boolean, sent: boolean): void;
}

/** One kept-alive connection: opened by the first request, and again after a loss. */
export class Connection implements ResponseListener {
  /** Connections opened so far. */
  opened = 0;
  private readonly listener: ConnectionListener;
  private readonly buffer: Buffer;
  private readonly deadlines: Deadlines;
  private readonly parser = new ResponseParser(this);
  private socket: net.Socket | null = null;
  private destination: Destination | null = null;
  private ready = false;
  private inFlight = false;
  private keep = true;
  /** Whether the connection was open before the request in flight. */
  private reused = false;
  private answered = false;
  private paused = false;
  private ticks = 0;
  private head = "";
  private body: RequestBody | null = null;
  private readonly sender = new BodySender(
    () => {
      this.ticks = 0;
    },
    () => {
      if (this.inFlight) this.listener.onSent();
    },
  );

  /** @param buffer shared by all connections of a thread: nothing stays in it */
  constructor(listener: ConnectionListener, buffer: Buffer, deadlines: Deadlines) {
    this.listener = listener;
    this.buffer = buffer;
    this.deadlines = deadlines;
  }

  /**
   * Sends a request; only one may be in flight.
   *
   * @param bodiless the response has no body, whatever its headers say (to a HEAD)
   * @param keep whether the connection may be reused
   */
  send(
    destination: Destination,
    head: string,
    body: RequestBody | null,
    bodiless: boolean,
    keep: boolean,
  ): void {
    const socket = this.ready && destination === this.destination ? this.socket : null;
    this.reused = socket !== null;
    if (socket === null) this.drop();
    this.inFlight = true;
    this.answered = false;
    this.keep = keep;
    this.ticks = 0;
    this.parser.begin(bodiless);
    if (socket !== null) {
      this.write(socket, head, body);
      return;
    }
    this.head = head;
    this.body = body;
    this.open(destination);
  }

  /** Whether a request was sent, wholly or partly, and its response is incomplete. */
  get sending(): boolean {
    return this.inFlight && this.ready;
  }

  /** Called periodically; closes the connection after too long a silence. */
  tick(): void {
    if (!this.inFlight || this.paused) return;
    const limit = this.ready ? this.deadlines.silenceTicks : this.deadlines.connectTicks;
    if (++this.ticks <= limit) return;
    const what = this.ready ? "the S3 server stopped responding" : "the connection timed out";
    this.fail(new ConnectionError("ETIMEDOUT", what));
  }

  /** Stops reading until {@link resume}; deadlines are suspended. */
  pause(): void {
    this.paused = true;
    this.socket?.pause();
  }

  resume(): void {
    this.paused = false;
    this.ticks = 0;
    this.socket?.resume();
  }

  /** Closes the connection and drops the request in flight without an event. */
  close(): void {
    this.inFlight = false;
    this.parser.reset();
    this.drop();
  }

  onHead(head: HeadReader): void {
    this.ticks = 0;
    this.listener.onHead(head);
  }

  onBody(buffer: Buffer, from: number, to: number): void {
    this.listener.onBody(buffer, from, to);
  }

  onEnd(): void {
    this.inFlight = false;
    // After an early response, the server would read the rest of the body as the next request.
    if (!this.parser.keepAlive || !this.keep || this.sender.busy) this.drop();
    this.listener.onEnd();
  }

  private open(destination: Destination): void {
    this.opened++;
    this.destination = destination;
    this.listener.onConnecting();
    const socket = openSocket(destination, this.buffer, (length) => this.read(socket, length));
    this.socket = socket;
    const current = (then: (error?: Error) => void) => (error?: Error) => {
      if (this.socket === socket) then(error);
    };
    const plain = destination.secure === null;
    socket.once(
      "connect",
      current(() => {
        this.listener.onConnected();
        if (plain) this.begin(socket);
      }),
    );
    socket.once(
      "secureConnect",
      current(() => {
        this.listener.onSecured();
        this.begin(socket);
      }),
    );
    socket.on(
      "error",
      current((error) => this.lost(error ?? null)),
    );
    socket.once(
      "end",
      current(() => this.lost(null)),
    );
    socket.once(
      "close",
      current(() => this.lost(null)),
    );
  }

  private begin(socket: net.Socket): void {
    this.ready = true;
    this.ticks = 0;
    if (this.inFlight) this.write(socket, this.head, this.body);
    this.head = "";
    this.body = null;
  }

  private write(socket: net.Socket, head: string, body: RequestBody | null): void {
    if (body === null) socket.write(head, "latin1");
    else this.sender.send(socket, head, body);
  }

  /** Returns false to stop reading. */
  private read(socket: net.Socket, length: number): boolean {
    if (this.socket !== socket) return false;
    this.answered = true;
    try {
      this.parser.feed(this.buffer, length);
      if (!this.parser.inHead) this.ticks = 0;
    } catch (error) {
      if (!(error instanceof MalformedResponse)) throw error;
      if (this.inFlight) this.fail(error);
      else this.drop();
    }
    return !this.paused;
  }

  private lost(error: Error | null): void {
    if (!this.inFlight) {
      this.drop();
      return;
    }
    if (error === null && this.parser.closed()) return;
    const where = this.answered ? "during its response" : "before its response";
    this.fail(
      error ?? new ConnectionError("ECONNRESET", `the S3 server closed the connection ${where}`),
    );
  }

  private fail(error: Error): void {
    const unanswered = this.reused && !this.answered && codeIsLoss(error);
    const sent = this.sending;
    this.close();
    this.listener.onFailure(error, unanswered, sent);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    this.ready = false;
    this.paused = false;
    this.body = null;
    this.sender.reset();
    socket?.destroy();
  }
}
