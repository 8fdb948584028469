import { headers as makeHeaders } from "@nats-io/transport-node";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Json } from "../../../src/cluster/channel.ts";
import { PipeReader, PipeWriter } from "../../../src/cluster/dial/pipe.ts";
import { FrameError, frame, MAX_LINE_BYTES } from "../../../src/cluster/frames.ts";

/** The fate of one attempt to store a chunk. */
type Fate = "stored" | "twice" | "lost" | "ackLost" | "ackLate" | "hangs";
const FATES: readonly Fate[] = ["stored", "twice", "lost", "ackLost", "ackLate", "hangs"];

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

function chunk(id: string | null, data: Uint8Array) {
  const headers = makeHeaders();
  if (id !== null) headers.set("Nats-Msg-Id", id);
  return { headers, data };
}

/** A writer and a reader with a stream between them whose attempts have given fates. */
function pipe(fates: readonly Fate[]) {
  const reader = new PipeReader();
  const received: Json[] = [];
  const sizes: number[] = [];
  const problems: string[] = [];
  let attempts = 0;
  const store = (id: string, data: Uint8Array): void => {
    sizes.push(data.length);
    received.push(...reader.read(chunk(id, data)));
  };
  const publish = async (_: string, data: unknown, options: { msgID?: string } = {}) => {
    const fate = fates[attempts++] ?? "stored";
    const { msgID = "" } = options;
    if (!(data instanceof Uint8Array)) throw new Error("no bytes");
    if (fate === "hangs") await new Promise(() => {});
    if (fate === "lost") throw new Error("no responders");
    store(msgID, data);
    // Without a memory of ids, as a server after a long outage: the reader sees it twice.
    if (fate === "twice") store(msgID, data);
    if (fate === "ackLost") throw new Error("timeout");
    if (fate === "ackLate") await new Promise((resolve) => setTimeout(resolve, 5000));
    return { stream: "s", domain: "", seq: attempts, duplicate: false };
  };
  const stream = { publish } as ConstructorParameters<typeof PipeWriter>[0];
  const writer = new PipeWriter(stream, "a.data", (why) => void problems.push(why));
  return { writer, received, sizes, problems, attempts: () => attempts };
}

describe("a pipe", () => {
  test("delivers messages in order and each once, whatever is lost", async () => {
    const steps = fc.array(fc.tuple(fc.nat(3), fc.boolean()), { minLength: 1, maxLength: 12 });
    const fates = fc.array(fc.constantFrom(...FATES), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(steps, fates, async (writes, given) => {
        const { writer, received, problems } = pipe(given);
        let next = 0;
        for (const [count, isRenewed] of writes) {
          for (let index = 0; index < count; index++) writer.write(frame({ n: next++ }));
          await vi.advanceTimersByTimeAsync(100);
          if (isRenewed) writer.renew();
        }
        // A chunk whose attempts hang needs a new connection each time.
        for (let round = 0; round < 2 * given.length + 2; round++) {
          await vi.advanceTimersByTimeAsync(250);
          writer.renew();
        }
        await writer.flushed();
        expect(problems).toEqual([]);
        expect(received).toEqual(Array.from({ length: next }, (_, n) => ({ n })));
        expect(writer.count).toBeGreaterThanOrEqual(next === 0 ? 0 : 1);
      }),
      { numRuns: 200 },
    );
  });

  test("divides a message of 4 MiB into chunks that a server accepts", async () => {
    const { writer, received, sizes } = pipe(["stored", "ackLost", "twice"]);
    const largest = "ä".repeat((MAX_LINE_BYTES - 4) / 2);
    writer.write(frame(largest));
    writer.write(frame("after"));
    await vi.advanceTimersByTimeAsync(1000);
    await writer.flushed();
    expect(received.map((one) => one === largest)).toEqual([true, false]);
    expect(received[1]).toBe("after");
    expect(Math.max(...sizes)).toBeLessThan(1_000_000);
  });

  test("puts messages of one turn into one chunk, and those meanwhile into the next", async () => {
    const { writer, sizes, received } = pipe([]);
    for (let n = 0; n < 100; n++) writer.write(frame({ n }));
    await writer.flushed();
    expect(sizes).toHaveLength(1);
    expect(received).toHaveLength(100);
    await writer.flushed();
  });
});

describe("a pipe writer", () => {
  test("gives up after 10 s without any acknowledgment, and says why", async () => {
    const { writer, problems, attempts } = pipe(Array<Fate>(1000).fill("lost"));
    writer.write(frame(1));
    await vi.advanceTimersByTimeAsync(9500);
    expect(problems).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(problems).toEqual(["the NATS server stored nothing for 10 s: no responders"]);
    const tried = attempts();
    writer.write(frame(2));
    await vi.advanceTimersByTimeAsync(5000);
    expect(attempts()).toBe(tried);
    await writer.flushed();
  });

  test("sends nothing more once it is stopped", async () => {
    const { writer, received, attempts } = pipe(["lost"]);
    writer.write(frame(1));
    await vi.advanceTimersByTimeAsync(10);
    writer.stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect([received, attempts()]).toEqual([[], 1]);
    await writer.flushed();
  });

  test("repeats a chunk at once when the connection is renewed", async () => {
    const { writer, received } = pipe(["hangs", "hangs"]);
    writer.write(frame(1));
    await vi.advanceTimersByTimeAsync(10);
    for (const at of [1, 2]) {
      expect([at, received]).toEqual([at, []]);
      writer.renew();
      await vi.advanceTimersByTimeAsync(210);
    }
    expect(received).toEqual([1]);
  });
});

describe("a pipe reader", () => {
  function readAll(...chunks: readonly (readonly [string | null, string])[]): readonly Json[] {
    const reader = new PipeReader();
    return chunks.flatMap(([id, text]) => [...reader.read(chunk(id, Buffer.from(text)))]);
  }

  test("ignores chunks that it has read, and puts lines together", () => {
    expect(readAll(["a:0", '{"a"'], ["a:0", '{"a"'], ["a:1", ":1}\n2"], ["a:0", "x"])).toEqual([
      { a: 1 },
    ]);
  });

  test.each([
    ["a gap", "a:2"],
    ["a gap of many", "a:1000"],
    ["a chunk without an id", null],
    ["an id without a number", "a"],
    ["another number", "a:-1"],
  ])("refuses %s", (_, id) => {
    for (const first of [[["a:0", "1\n"] as const], []]) {
      expect(() => readAll(...first, [id, "2\n"])).toThrow(FrameError);
      expect(() => readAll(...first, [id, "2\n"])).toThrow(
        "lost messages on the way through the server",
      );
    }
  });

  test("refuses something other than messages", () => {
    expect(() => readAll(["a:0", "noise\n"])).toThrow("sent something other than a message: noise");
    const line = "a".repeat(MAX_LINE_BYTES / 8);
    const chunks = Array.from({ length: 9 }, (__, n) => [`a:${n}`, line] as const);
    expect(() => readAll(...chunks)).toThrow("sent a line of more than 4 MiB");
  });
});
