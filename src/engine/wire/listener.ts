import type { Random } from "../../model/random/random.ts";
import type { HeadReader } from "../../s3/http/answer-head.ts";
import type { Lane } from "./lane.ts";
import type { RetryQuota } from "./retry.ts";

/** Told of what becomes of a lane's request; the lane is free again when it is done. */
export interface LaneListener {
  onConnecting(lane: Lane): void;
  onConnected(lane: Lane): void;
  onSecured(lane: Lane): void;
  onSent(lane: Lane): void;
  /** The head of an answer that is a success; headers can be asked for now. */
  onAnswer(lane: Lane, head: HeadReader): void;
  /** Bytes of a success that is not kept as text; they lie in the buffer only now. */
  onData(lane: Lane, buffer: Buffer, from: number, to: number): void;
  onDone(lane: Lane, error: Error | null): void;
  /** One attempt of a request that may be sent again, marked by what is handed back at its end. */
  onAttempt(): number;
  onAttemptEnd(mark: number, throttled: boolean): void;
}

/** How a session lets its lanes try again. */
export interface Attempts {
  /** Attempts that may be added to a failed first one. */
  readonly retries: number;
  readonly random: Random;
  /** What all lanes of a session may try again, together. */
  readonly quota: RetryQuota;
  /** Each request opens a connection of its own. */
  readonly fresh: boolean;
}
