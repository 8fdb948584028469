import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { Outbox } from "../../../src/load/record/outbox.ts";
import { type IntervalRecord, NOTHING_OPENED } from "../../../src/model/run/measurement.ts";

function record(index: number): IntervalRecord {
  return {
    worker: 0,
    index,
    widthNs: 1e8,
    operations: [index],
    bytes: [0],
    errors: [0],
    throttled: [0],
    opened: NOTHING_OPENED,
    latencies: [Float64Array.of(1000, index), null],
  };
}

function channel(): { readonly near: MessagePort; received(): readonly unknown[] } {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  const received = () => {
    const all: unknown[] = [];
    for (;;) {
      const next = receiveMessageOnPort(port2);
      if (next === undefined) return all;
      all.push(next.message);
    }
  };
  return { near: port1, received };
}

test("posts intervals of 0.1 s in groups of ten, the rest on request", () => {
  const { near, received } = channel();
  const outbox = new Outbox(near, 1e8);
  for (let index = 0; index < 23; index++) outbox.add(record(index));
  const indices = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => record(from + i));
  expect(received()).toEqual([indices(0, 10), indices(10, 20)]);
  outbox.post();
  outbox.post();
  expect(received()).toEqual([indices(20, 23)]);
});

test("whole seconds go out one by one", () => {
  const { near, received } = channel();
  const outbox = new Outbox(near, 1e9);
  for (let index = 0; index < 3; index++) outbox.add(record(index));
  expect(received()).toEqual([[record(0)], [record(1)], [record(2)]]);
});
