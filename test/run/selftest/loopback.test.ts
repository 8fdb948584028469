import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Loopback,
  loopbackEnvironment,
  startLoopback,
} from "../../../src/run/selftest/loopback.ts";

let store: Loopback;
beforeAll(async () => {
  store = await startLoopback();
});
afterAll(() => store.close());

function endpoint(): string {
  const { location } = store;
  if (location.kind !== "bucket") throw new Error("the store is a bucket");
  return location.address.endpoint ?? "";
}

test("answers a GET with 4 KiB, and a PUT, by length or in chunks", async () => {
  const got = await fetch(`${endpoint()}/loopback/key`);
  expect({ status: got.status, tag: got.headers.has("etag") }).toEqual({ status: 200, tag: true });
  expect((await got.arrayBuffer()).byteLength).toBe(4096);
  const body = Buffer.alloc(100_000, "\r\n\r\n");
  const put = await fetch(`${endpoint()}/loopback/key`, { method: "PUT", body });
  expect({ status: put.status, text: await put.text() }).toEqual({ status: 200, text: "" });
  const stream = new Blob(["a", "b".repeat(5000)]).stream();
  const chunked = await fetch(`${endpoint()}/k`, { method: "PUT", body: stream, duplex: "half" });
  expect(chunked.status).toBe(200);
  expect((await fetch(`${endpoint()}/k`, { method: "PUT" })).status).toBe(200);
});

/** A request as bytes, and how many bytes the store answers. */
const REQUESTS = [
  { text: "GET /k HTTP/1.1\r\nHost: h\r\n\r\n", body: 4096 },
  { text: "PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nGET \r\n\r\n1", body: 0 },
  { text: "PUT /k HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", body: 0 },
  { text: "PUT /k HTTP/1.1\r\nContent-Length: 0\r\n\r\n", body: 0 },
];

test("however requests are cut into pieces, each has its answer", async () => {
  const index = fc.integer({ min: 0, max: REQUESTS.length - 1 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(index, { minLength: 1, maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      async (chosen, cuts) => {
        const requests = chosen.flatMap((one) => REQUESTS[one] ?? []);
        const text = requests.map((request) => request.text).join("");
        const expected = requests.map(({ body }) => body);
        expect(await answers(text, cuts, expected.length)).toEqual(expected);
      },
    ),
    { numRuns: 30 },
  );
});

/** Sends a text in pieces; the lengths of the bodies that come back, `count` of them. */
async function answers(text: string, cuts: readonly number[], count: number) {
  const socket = connect(Number(new URL(endpoint()).port), "127.0.0.1");
  await once(socket, "connect");
  socket.setNoDelay(true);
  let received = "";
  const all = new Promise<readonly number[]>((resolve) => {
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      const lengths = [...received.matchAll(/Content-Length: (\d+)/g)].map(([, n]) => Number(n));
      const heads = received.split("HTTP/1.1 200 OK").length - 1;
      if (heads === count && lengths.length === count) resolve(lengths);
    });
  });
  let from = 0;
  for (let i = 0; from < text.length; i++) {
    const length = cuts[i % cuts.length] ?? 1;
    socket.write(text.slice(from, from + length));
    from += length;
    await new Promise(setImmediate);
  }
  const lengths = await all;
  socket.destroy();
  return lengths;
}

test("its clients sign with its own keys, whatever the user has", () => {
  const env = { AWS_PROFILE: "mine", AWS_SESSION_TOKEN: "t", AWS_ACCESS_KEY_ID: "A", PATH: "/bin" };
  expect(loopbackEnvironment(env)).toEqual({
    PATH: "/bin",
    AWS_ACCESS_KEY_ID: "loopback",
    AWS_SECRET_ACCESS_KEY: "loopback",
  });
});
