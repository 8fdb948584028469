import type { Agent } from "node:http";
import { INSTANCE_TYPE, looksLikeEc2 } from "../machine/machine.ts";
import type { SystemRoots } from "../machine/roots.ts";

/** An import would also load Node's WebSocket client, which takes 50 ms. */
const http = process.getBuiltinModule("node:http");

/** Environment variables of a process. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Facts from instance metadata; null for those that it does not return. */
export interface InstanceFacts {
  readonly instanceId: string | null;
  readonly type: string | null;
  readonly zone: string | null;
  readonly region: string | null;
  /** Device names by virtual device: `ebs1` is `sdf`, `ephemeral0` is `sdb`. */
  readonly mapping: Readonly<Record<string, string>>;
}

/** Instance metadata, or the reason why it is unknown; null if the host is not on EC2. */
export type Metadata = { readonly facts: InstanceFacts } | { readonly unknown: string } | null;

/** Total time for all requests. */
const WITHIN_MS = 1000;
const MAX_BYTES = 16_384;
const DEFAULT_ENDPOINT = "http://169.254.169.254";

/**
 * Reads instance metadata (IMDSv2 only): a PUT for a token, then GETs with it. Sends requests only
 * on a host that looks like an EC2 instance, or if AWS_EC2_METADATA_SERVICE_ENDPOINT is set, and
 * not if AWS_EC2_METADATA_DISABLED is true. Never throws.
 */
export async function readMetadata(
  env: Env,
  roots: SystemRoots,
  withinMs = WITHIN_MS,
): Promise<Metadata> {
  const named = env.AWS_EC2_METADATA_SERVICE_ENDPOINT;
  if ((named === undefined || named === "") && !looksLikeEc2(roots)) return null;
  if (env.AWS_EC2_METADATA_DISABLED?.toLowerCase() === "true") {
    return { unknown: "instance metadata was not read: AWS_EC2_METADATA_DISABLED is true" };
  }
  const endpoint = URL.canParse(named || DEFAULT_ENDPOINT) ? named || DEFAULT_ENDPOINT : "";
  if (!endpoint.startsWith("http:")) {
    return { unknown: "AWS_EC2_METADATA_SERVICE_ENDPOINT is not an http URL" };
  }
  // Uses its own agent, so that a proxy of the process does not see the token.
  const agent = new http.Agent({ keepAlive: true });
  const signal = AbortSignal.timeout(withinMs);
  try {
    return { facts: await factsOf({ endpoint, agent, signal }) };
  } catch (error) {
    if (error instanceof Refused) return { unknown: error.message };
    const hops = "in a container, raise its hop limit to 2";
    const late = `did not respond within ${withinMs / 1000} s (${hops})`;
    const why = signal.aborted ? late : "cannot be reached";
    return { unknown: `the instance metadata service ${why}` };
  } finally {
    agent.destroy();
  }
}

interface Service {
  readonly endpoint: string;
  readonly agent: Agent;
  readonly signal: AbortSignal;
}

class Refused extends Error {}

async function factsOf(service: Service): Promise<InstanceFacts> {
  const lifetime = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
  const token = await request(service, "PUT", "/latest/api/token", lifetime);
  if (token.status !== 200) {
    throw new Refused(`the instance metadata service refused a token (HTTP ${token.status})`);
  }
  const get = async (path: string): Promise<string | null> => {
    const headers = { "x-aws-ec2-metadata-token": token.text };
    const response = await request(service, "GET", `/latest/meta-data/${path}`, headers);
    return response.status === 200 ? response.text : null;
  };
  const [instanceId, type, zone, region, list] = await Promise.all([
    get("instance-id"),
    get("instance-type"),
    get("placement/availability-zone"),
    get("placement/region"),
    get("block-device-mapping/"),
  ]);
  const names = (list ?? "").split("\n").filter((name) => /^[a-z]+[0-9]*$/.test(name));
  const devices = await Promise.all(names.map((name) => get(`block-device-mapping/${name}`)));
  const mapping = names.flatMap((name, at): [string, string][] => {
    const device = devices[at]?.replace(/^\/dev\//, "") ?? "";
    return /^[a-z0-9]+$/.test(device) ? [[name, device]] : [];
  });
  return {
    instanceId: valid(instanceId, /^i-[0-9a-f]+$/),
    type: valid(type, INSTANCE_TYPE),
    zone: valid(zone, /^[a-z0-9-]+$/),
    region: valid(region, /^[a-z0-9-]+$/),
    mapping: Object.fromEntries(mapping),
  };
}

/** Returns a text of the expected form, otherwise null, because stored runs contain it. */
function valid(text: string | null, form: RegExp): string | null {
  return text !== null && form.test(text) ? text : null;
}

function request(
  { endpoint, agent, signal }: Service,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const url = new URL(path, endpoint);
    const sent = http.request(url, { method, headers, agent, signal }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > MAX_BYTES) response.destroy(new Error("the response is too long"));
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: text.trim() }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end();
  });
}
