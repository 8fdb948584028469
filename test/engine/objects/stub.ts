import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { BucketAddress } from "../../../src/model/target/target.ts";

/** An endpoint with scripted responses, for rare failures of a real server. */
export interface Stub extends AsyncDisposable {
  readonly address: BucketAddress;
  /** `Host` header of each request, in order. */
  readonly hosts: readonly string[];
}

export async function startStub(listener: RequestListener): Promise<Stub> {
  const hosts: string[] = [];
  const server = createServer((request, response) => {
    hosts.push(request.headers.host ?? "");
    listener(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    address: {
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      bucket: "assay",
      prefix: "",
      pathStyle: true,
    },
    hosts,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
