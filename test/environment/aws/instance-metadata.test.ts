import { expect, test } from "vitest";
import { readMetadata } from "../../../src/environment/aws/instance-metadata.ts";
import { EC2, recorded } from "../recorded.ts";
import { METADATA, metadataService, serve } from "./metadata-server.ts";

const at = (endpoint: string) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint });
/** A host without signs of EC2. */
const laptop = () => recorded({ "sys/class/dmi/id/sys_vendor": "LENOVO" });

test("reads instance metadata with a token", async () => {
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

test("ignores missing and invalid metadata", async () => {
  const { "placement/region": _, ...others } = METADATA;
  const { endpoint } = await metadataService({
    ...others,
    "instance-type": "<html>a proxy's page</html>",
  });
  expect(await readMetadata(at(endpoint), laptop())).toMatchObject({
    facts: { type: null, region: null, zone: "eu-west-1a" },
  });
});

test("ends at the deadline if the service does not respond", async () => {
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

test("ends at the deadline if a response stalls", async () => {
  const { endpoint } = await serve((_, response) => void response.write("AQ"));
  const asked = await readMetadata(at(endpoint), laptop(), 200);
  expect(asked).toEqual({ unknown: expect.stringContaining("did not respond within 0.2 s") });
});

test("reports the HTTP status of a refused token", async () => {
  const { endpoint } = await serve((_, response) => {
    response.statusCode = 403;
    response.end();
  });
  expect(await readMetadata(at(endpoint), laptop())).toEqual({
    unknown: "the instance metadata service refused a token (HTTP 403)",
  });
});

test("reports a service that cannot be reached", async () => {
  // No server listens on this port any longer.
  const { endpoint } = await serve(() => {});
  const gone = endpoint.replace(/[0-9]+$/, "1");
  expect(await readMetadata(at(gone), laptop())).toEqual({
    unknown: "the instance metadata service cannot be reached",
  });
});

test("sends no request outside AWS", async () => {
  expect(await readMetadata({}, laptop())).toBeNull();
  expect(await readMetadata({}, recorded({}))).toBeNull();
});

test("sends no request if metadata is disabled", async () => {
  const { endpoint, seen } = await metadataService();
  const env = { ...at(endpoint), AWS_EC2_METADATA_DISABLED: "true" };
  expect(await readMetadata(env, recorded(EC2))).toEqual({
    unknown: "instance metadata was not read: AWS_EC2_METADATA_DISABLED is true",
  });
  expect(seen).toEqual([]);
});

test.each([["ftp://x"], ["x y"]])("sends no request to the endpoint %s", async (endpoint) => {
  expect(await readMetadata(at(endpoint), laptop())).toEqual({
    unknown: "AWS_EC2_METADATA_SERVICE_ENDPOINT is not an http URL",
  });
});
