import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Dispatcher, Pool } from "undici";
import type { BucketAddress } from "../../../src/model/target/target.ts";
import { readObjects, type S3Load } from "./load.ts";

/**
 * GETs through undici's `dispatch`, signed as one writes it down: the key of a day is kept. Goes on
 * until the process ends; `onDone` gets the bytes of a GET.
 */
export function startUndici(
  address: BucketAddress,
  load: S3Load,
  onDone: (bytes: number) => void,
): void {
  const { endpoint = "", caPath, bucket, prefix, region } = address;
  const connect = caPath === undefined ? {} : { ca: readFileSync(caPath, "utf8") };
  const pool = new Pool(endpoint, { connections: load.connections, pipelining: 1, connect });
  const objects = readObjects(load);
  const signer = new PlainSigner(new URL(endpoint).host, region);
  let next = 0;
  const issue = (): void => {
    const path = `/${bucket}/${prefix}${objects[next++ % objects.length]}`;
    let bytes = 0;
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_, status) {
        if (status !== 200) throw new Error(`the server returned status ${status}`);
      },
      onResponseData(_, chunk) {
        bytes += chunk.length;
      },
      onResponseEnd() {
        onDone(bytes);
        issue();
      },
      onResponseError(_, error) {
        throw error;
      },
    };
    pool.dispatch({ method: "GET", path, headers: signer.headers(path) }, handler);
  };
  for (let i = 0; i < load.connections; i++) issue();
}

class PlainSigner {
  private readonly host: string;
  private readonly region: string;
  private day = "";
  private key: Buffer = Buffer.alloc(0);

  constructor(host: string, region: string) {
    this.host = host;
    this.region = region;
  }

  headers(path: string): Record<string, string> {
    const date = `${new Date().toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
    const day = date.slice(0, 8);
    const scope = [day, this.region, "s3", "aws4_request"];
    if (day !== this.day) {
      this.day = day;
      this.key = scope.reduce(hmac, Buffer.from(`AWS4${process.env.AWS_SECRET_ACCESS_KEY}`));
    }
    const names = "host;x-amz-content-sha256;x-amz-date";
    const lines = `host:${this.host}\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:${date}\n`;
    const canonical = `GET\n${path}\n\n${lines}\n${names}\nUNSIGNED-PAYLOAD`;
    const hashed = createHash("sha256").update(canonical).digest("hex");
    const text = `AWS4-HMAC-SHA256\n${date}\n${scope.join("/")}\n${hashed}`;
    const credential = `${process.env.AWS_ACCESS_KEY_ID}/${scope.join("/")}`;
    const signature = createHmac("sha256", this.key).update(text).digest("hex");
    const parts = `SignedHeaders=${names}, Signature=${signature}`;
    return {
      host: this.host,
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
      "x-amz-date": date,
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, ${parts}`,
    };
  }
}

function hmac(key: Buffer, part: string): Buffer {
  return createHmac("sha256", key).update(part).digest();
}
