import { describe, expect, test } from "vitest";
import { BYTES, TAG, useStubCredentials, withFaults } from "../objects/fault-driver.ts";
import { answer, type RawHandler, refusal } from "../objects/fault-server.ts";
import type { SessionOptions } from "../objects/session.ts";

useStubCredentials();

const MIB = 1024 * 1024;
const SIZE = 12 * MIB;
const UPLOADS: Partial<SessionOptions> = {
  // Megabytes take their time on a busy machine.
  deadlines: { connectTicks: 40, silenceTicks: 80 },
  sizes: [SIZE],
  operations: ["upload", "list", "deleteObjects", "copy"],
  bufferBytes: MIB,
};
const BEGUN =
  "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>";
const DONE =
  "<CompleteMultipartUploadResult><ETag>&quot;x-3&quot;</ETag></CompleteMultipartUploadResult>";

/** A store that keeps account of its uploads, and fails at one kind of request. */
class UploadStore {
  readonly open = new Set<string>();
  readonly seen: string[] = [];
  readonly fail: (kind: string) => "reset" | "late reset" | Buffer | null;

  constructor(fail: UploadStore["fail"]) {
    this.fail = fail;
  }

  readonly handler: RawHandler = ({ method, target }, socket) => {
    const kind = kindOf(method, target);
    this.seen.push(kind);
    const fault = this.fail(kind);
    if (fault === "reset") socket.resetAndDestroy();
    else if (Buffer.isBuffer(fault)) socket.write(fault);
    else {
      const reply = this.#reply(kind);
      if (fault === null) socket.write(reply);
      else socket.resetAndDestroy();
    }
  };

  #reply(kind: string): Buffer {
    if (kind === "begin") this.open.add("u1");
    if (kind === "abort" || kind === "complete") this.open.delete("u1");
    if (kind === "begin") return answer(200, {}, BEGUN);
    if (kind === "complete") return answer(200, {}, DONE);
    if (kind === "abort") return answer(204, {});
    if (kind !== "uploads") return answer(200, TAG);
    const upload = `<Upload><Key>run/d/000000000.bin</Key><UploadId>u1</UploadId></Upload>`;
    const other = `<Upload><Key>run/d/000000000.binary</Key><UploadId>u2</UploadId></Upload>`;
    const listed = this.open.size > 0 ? other + upload : other;
    return answer(200, {}, `<ListMultipartUploadsResult>${listed}</ListMultipartUploadsResult>`);
  }
}

function kindOf(method: string, target: string): string {
  if (method === "POST") return target.includes("uploads=") ? "begin" : "complete";
  if (method === "DELETE") return "abort";
  return method === "GET" ? "uploads" : "part";
}

describe("an upload of s3-wire leaves nothing", () => {
  test.each<[string, UploadStore["fail"], string]>([
    [
      "begun, but its answer is lost",
      (kind) => (kind === "begin" ? "late reset" : null),
      "ECONNRESET",
    ],
    ["a part is reset", (kind) => (kind === "part" ? "reset" : null), "ECONNRESET"],
    [
      "a part is refused",
      (kind) => (kind === "part" ? answer(503, {}, refusal("SlowDown")) : null),
      "SlowDown",
    ],
    ["a part gets no tag", (kind) => (kind === "part" ? answer(200, {}) : null), "EETAG"],
    ["its completion is reset", (kind) => (kind === "complete" ? "reset" : null), "ECONNRESET"],
    [
      "its completion fails with the status 200",
      (kind) => (kind === "complete" ? answer(200, {}, refusal("InternalError")) : null),
      "InternalError",
    ],
    [
      "its completion is no XML",
      (kind) => (kind === "complete" ? answer(200, {}, "<Complete") : null),
      "EXML",
    ],
  ])("%s", async (_, fail, code) => {
    const store = new UploadStore(fail);
    await withFaults(
      store.handler,
      async (driver) => {
        expect(driver.code(await driver.run("upload", 0, 0, SIZE))).toBe(code);
        expect([...store.open]).toEqual([]);
        expect(store.seen.filter((kind) => kind === "abort")).toHaveLength(1);
        expect(driver.session.counters().uploadsNotAborted).toBeUndefined();
        expect(store.seen.filter((kind) => kind === "begin")).toHaveLength(1);
      },
      { ...UPLOADS, retries: code === "ECONNRESET" ? 1 : 0 },
    );
  });

  test("is aborted even if it ends during its start", async () => {
    let release = (): void => {};
    const store = new UploadStore(() => null);
    const handler: RawHandler = (request, socket) => {
      if (kindOf(request.method, request.target) !== "begin") store.handler(request, socket);
      else release = () => store.handler(request, socket);
    };
    await withFaults(
      handler,
      async (driver, server) => {
        const running = driver.run("upload", 0, 0, SIZE);
        await expect.poll(() => server.requests.length).toBe(1);
        driver.session.abort();
        expect(driver.code(await running)).toBe("ECANCELED");
        release();
        await driver.session.close();
        expect(store.seen.at(-1)).toBe("abort");
        expect([...store.open]).toEqual([]);
        expect(driver.completions).toEqual([1]);
      },
      UPLOADS,
    );
  });
});

describe("responses with errors or pages", () => {
  test("report failed copies and remaining keys with status 200", async () => {
    const stays = "<Error><Key>k</Key><Code>AccessDenied</Code><Message>no</Message></Error>";
    const handler: RawHandler = ({ method }, socket) => {
      const text = method === "PUT" ? refusal("SlowDown") : `<DeleteResult>${stays}</DeleteResult>`;
      socket.write(answer(200, {}, text));
    };
    await withFaults(
      handler,
      async (driver) => {
        expect(driver.code(await driver.run("copy", 0))).toBe("SlowDown");
        expect(driver.code(await driver.run("deleteObjects", 0, 0, 1))).toBe("AccessDenied");
      },
      UPLOADS,
    );
  });

  test("report bytes that do not match the response's checksum", async () => {
    const body = Buffer.alloc(BYTES, "x");
    const headers = { ...TAG, "x-amz-checksum-crc32c": "AAAAAA==" };
    await withFaults(
      (_, socket) => void socket.write(answer(200, headers, body)),
      async (driver, server) => {
        expect(driver.code(await driver.run("fetch", 0, 0, BYTES))).toBe("ECHECKSUM");
        expect(server.requests[0]?.headers["x-amz-checksum-mode"]).toBe("ENABLED");
      },
      { operations: ["fetch"], objects: { checksum: "CRC32C" } },
    );
  });
});
