import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Json } from "../../src/cluster/channel.ts";
import type { CallContext, Handler } from "../../src/cluster/serve.ts";
import { codeOf, PreflightError, UsageError } from "../../src/model/fault/errors.ts";

const TICK_MS = 5;
const SLEEPER = new Int32Array(new SharedArrayBuffer(4));

/** Methods with which tests exercise each kind of message. */
export const METHODS: Readonly<Record<string, Handler>> = {
  echo: (params) => Promise.resolve(params),
  /** Returns more than a message can have. */
  grow: () => Promise.resolve("a".repeat(4_200_000)),
  whoami: (_params, { welcome }) => Promise.resolve({ ...welcome }),
  /** Reports 0 to `params` - 1, then returns `params`. */
  async count(params, { event }) {
    for (let index = 0; index < Number(params); index++) event(index);
    return params;
  },
  /** Reports numbers with pauses until it gets a note; returns the next one. */
  async tick(_params, { event, onNote }) {
    let ended = false;
    onNote(() => {
      ended = true;
    });
    let next = 0;
    for (; !ended; await sleep(TICK_MS)) event(next++);
    return next;
  },
  /** Returns the notes before "end". */
  listen: (_params, { onNote, event }) => {
    const notes: Json[] = [];
    const { promise, resolve } = Promise.withResolvers<Json>();
    onNote((note) => {
      if (note === "end") resolve(notes);
      else notes.push(note);
    });
    event("listening");
    return promise;
  },
  /** Ends only by an abort. */
  wait: (_params, { signal, event }) => untilAborted(signal, event, () => "stopped"),
  refuseToWait: (_params, { signal, event }) =>
    untilAborted(signal, event, () => {
      throw signal.reason;
    }),
  /** Does not obey an abort. */
  stay: () => new Promise(() => {}),
  async fail(params) {
    if (params === "preflight") throw new PreflightError("the disk is full");
    if (params === "usage") throw new UsageError("no such phase");
    throw new Error("a bug");
  },
  /** Blocks the main thread for `params` milliseconds. */
  async busy(params, { event }) {
    event("busy");
    await sleep(50);
    Atomics.wait(SLEEPER, 0, 0, Number(params));
    return "done";
  },
  /** Writes to stdout past all protection, as native code could; `a` times a number. */
  async shout(params) {
    let rest = Buffer.from(typeof params === "number" ? "a".repeat(params) : String(params));
    while (rest.length > 0) rest = rest.subarray(written(rest));
    return null;
  },
  async print(params) {
    process.stdout.write(`${params}\n`);
    return params;
  },
};

/** Returns how many bytes the pipe took; it may be full. */
function written(bytes: Buffer): number {
  try {
    return writeSync(1, bytes);
  } catch (error) {
    if (codeOf(error) === "EAGAIN") return 0;
    throw error;
  }
}

function untilAborted(
  signal: AbortSignal,
  event: CallContext["event"],
  end: () => Json,
): Promise<Json> {
  const { promise, resolve, reject } = Promise.withResolvers<Json>();
  const onAbort = (): void => {
    try {
      resolve(end());
    } catch (error) {
      reject(error);
    }
  };
  signal.addEventListener("abort", onAbort);
  event("waiting");
  return promise;
}
