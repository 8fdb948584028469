import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";

const TOKEN = "AQAEAtokenOfTheTest";

/** Metadata of a Nitro instance, by path below `/latest/meta-data/`. */
export const METADATA: Readonly<Record<string, string>> = {
  "instance-id": "i-0123456789abcdef0",
  "instance-type": "m6a.4xlarge",
  "placement/availability-zone": "eu-west-1a",
  "placement/region": "eu-west-1",
  "block-device-mapping/": "ami\nebs1\nroot",
  "block-device-mapping/ami": "/dev/xvda",
  "block-device-mapping/ebs1": "sdf",
  "block-device-mapping/root": "/dev/xvda",
};

/** A test server: its address and the requests it received. */
export interface TestServer {
  readonly endpoint: string;
  readonly seen: readonly string[];
}

/** Starts an HTTP server on the loopback for one test. */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestServer> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { endpoint: `http://127.0.0.1:${address.port}`, seen };
}

/** Instance metadata, version 2, which needs a token from a PUT. */
export function metadataService(
  texts: Readonly<Record<string, string>> = METADATA,
): Promise<TestServer> {
  return serve((request, response) => {
    const path = request.url ?? "";
    if (path === "/latest/api/token") {
      const lifetime = request.headers["x-aws-ec2-metadata-token-ttl-seconds"];
      const right = request.method === "PUT" && lifetime !== undefined;
      response.statusCode = right ? 200 : 400;
      response.end(right ? TOKEN : "");
      return;
    }
    const text = texts[path.replace("/latest/meta-data/", "")];
    if (request.headers["x-aws-ec2-metadata-token"] !== TOKEN) response.statusCode = 401;
    else if (text === undefined) response.statusCode = 404;
    response.end(response.statusCode === 200 ? text : "");
  });
}
