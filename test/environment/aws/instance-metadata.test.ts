import { expect, test } from "vitest";
import { readMetadata } from "../../../src/environment/aws/instance-metadata.ts";
import { EC2, recorded } from "../recorded.ts";
import { METADATA, metadataService, serve } from "./metadata-server.ts";

const at = (endpoint: string) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint });
/** A machine that shows nothing of EC2. */
const laptop = () => recorded({ "sys/class/dmi/id/sys_vendor": "LENOVO" });

test("what an instance says of itself, by a token", async () => {
  const { endpoint, seen } = await metadataService();
  expect(await readMetadata(at(endpoint), laptop())).toEqual({
    facts: {
      instanceId: "i-0123456789abcdef0",
      type: "m6a.4xlarge",
      zone: "eu-west-1a",
      region: "eu-west-1",
      mapping: { ami: "xvda", ebs1: "sdf", root: "xvda" },
    },
  });
  expect(seen[0]).toBe("PUT /latest/api/token");
});

test("what is not there, or is not what it should be, is not taken", async () => {
  const { "placement/region": _, ...others } = METADATA;
  const { endpoint } = await metadataService({
    ...others,
    "instance-type": "<html>a proxy's page</html>",
  });
  expect(await readMetadata(at(endpoint), laptop())).toMatchObject({
    facts: { type: null, region: null, zone: "eu-west-1a" },
  });
});

test("a service that hangs costs no more than its time", async () => {
  const { endpoint } = await serve(() => {});
  const before = performance.now();
  const asked = await readMetadata(at(endpoint), laptop(), 200);
  expect(performance.now() - before).toBeLessThan(2000);
  expect(asked).toEqual({
    unknown:
      "the instance metadata service did not respond within 0.2 s (in a container, raise its hop " +
      "limit to 2)",
  });
});

test("one that hangs in the middle of an answer does not, either", async () => {
  const { endpoint } = await serve((_, response) => void response.write("AQ"));
  const asked = await readMetadata(at(endpoint), laptop(), 200);
  expect(asked).toEqual({ unknown: expect.stringContaining("did not respond within 0.2 s") });
});

test("one that refuses is told with its status", async () => {
  const { endpoint } = await serve((_, response) => {
    response.statusCode = 403;
    response.end();
  });
  expect(await readMetadata(at(endpoint), laptop())).toEqual({
    unknown: "the instance metadata service refused a token (HTTP 403)",
  });
});

test("one that is not there is told", async () => {
  // A port of the loopback that nobody listens on: the server is gone.
  const { endpoint } = await serve(() => {});
  const gone = endpoint.replace(/[0-9]+$/, "1");
  expect(await readMetadata(at(gone), laptop())).toEqual({
    unknown: "the instance metadata service cannot be reached",
  });
});

test("nobody off AWS is asked or waits", async () => {
  expect(await readMetadata({}, laptop())).toBeNull();
  expect(await readMetadata({}, recorded({}))).toBeNull();
});

test("it is not asked where that was forbidden", async () => {
  const { endpoint, seen } = await metadataService();
  const env = { ...at(endpoint), AWS_EC2_METADATA_DISABLED: "true" };
  expect(await readMetadata(env, recorded(EC2))).toEqual({
    unknown: "instance metadata was not read: AWS_EC2_METADATA_DISABLED is true",
  });
  expect(seen).toEqual([]);
});

test.each([["ftp://x"], ["x y"]])("an endpoint like %s is not asked", async (endpoint) => {
  expect(await readMetadata(at(endpoint), laptop())).toEqual({
    unknown: "AWS_EC2_METADATA_SERVICE_ENDPOINT is not an http URL",
  });
});
