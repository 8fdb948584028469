import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Dispatcher, Pool } from "undici";
import { fileName } from "../../src/model/plan/dataset.ts";
import type { BucketAddress } from "../../src/model/target/target.ts";
import type { S3Load } from "./s3-cells.ts";
import { benchDataset } from "./s3-side.ts";

/** GETs through undici's `dispatch`, signed as one writes it down: the key of a day is kept. */
export async function runUndici(
  address: BucketAddress,
  load: S3Load,
  onDone: (bytes: number) => void,
): Promise<() => Promise<void>> {
  const endpoint = address.endpoint ?? "";
  const { connections } = load;
  const ca = address.caPath === undefined ? {} : { ca: readFileSync(address.caPath, "utf8") };
  const pool = new Pool(endpoint, { connections, pipelining: 1, connect: ca });
  const dataset = benchDataset(load);
  const signer = new PlainSigner(new URL(endpoint).host, address.region);
  let stopped = false;
  let next = 0;
  const issue = (): void => {
    const file = next++ % dataset.count;
    const path = `/${address.bucket}/${address.prefix}${fileName(dataset, file)}`;
    let bytes = 0;
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_, status) {
        if (status !== 200) throw new Error(`the store answered ${status}`);
      },
      onResponseData(_, chunk) {
        bytes += chunk.length;
      },
      onResponseEnd() {
        if (stopped) return;
        onDone(bytes);
        issue();
      },
      onResponseError(_, error) {
        if (!stopped) throw error;
      },
    };
    pool.dispatch({ method: "GET", path, headers: signer.headers(path) }, handler);
  };
  for (let i = 0; i < connections; i++) issue();
  return async () => {
    stopped = true;
    await pool.destroy();
  };
}

class PlainSigner {
  readonly #host: string;
  readonly #region: string;
  #day = "";
  #key: Buffer = Buffer.alloc(0);

  constructor(host: string, region: string) {
    this.#host = host;
    this.#region = region;
  }

  headers(path: string): Record<string, string> {
    const date = `${new Date().toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
    const day = date.slice(0, 8);
    if (day !== this.#day) this.#keyOf(day);
    const names = "host;x-amz-content-sha256;x-amz-date";
    const lines = `host:${this.#host}\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:${date}\n`;
    const canonical = `GET\n${path}\n\n${lines}\n${names}\nUNSIGNED-PAYLOAD`;
    const scope = `${day}/${this.#region}/s3/aws4_request`;
    const hashed = createHash("sha256").update(canonical).digest("hex");
    const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hashed}`;
    const signature = createHmac("sha256", this.#key).update(text).digest("hex");
    const credential = `Credential=${process.env.AWS_ACCESS_KEY_ID}/${scope}`;
    return {
      host: this.#host,
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
      "x-amz-date": date,
      authorization:
        `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, ` + `Signature=${signature}`,
    };
  }

  #keyOf(day: string): void {
    let key: Buffer | string = `AWS4${process.env.AWS_SECRET_ACCESS_KEY}`;
    for (const part of [day, this.#region, "s3", "aws4_request"]) {
      key = createHmac("sha256", key).update(part).digest();
    }
    this.#key = Buffer.from(key);
    this.#day = day;
  }
}
