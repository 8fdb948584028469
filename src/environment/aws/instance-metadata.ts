import type { Agent } from "node:http";
import { INSTANCE_TYPE, looksLikeEc2 } from "../machine/machine.ts";
import type { SystemRoots } from "../machine/roots.ts";

/** An import of all its names would have Node load a client for WebSockets, which takes 50 ms. */
const http = process.getBuiltinModule("node:http");

/** Variables of a process. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What the machine's own metadata says of it; what it does not say is null. */
export interface InstanceFacts {
  readonly instanceId: string | null;
  readonly type: string | null;
  readonly zone: string | null;
  readonly region: string | null;
  /** Device names by what is mapped: `ebs1` is `sdf`, `ephemeral0` is `sdb`. */
  readonly mapping: Readonly<Record<string, string>>;
}

/** Metadata, or why there is none in one sentence; null where nothing suggested to ask. */
export type Metadata = { readonly facts: InstanceFacts } | { readonly unknown: string } | null;

/** For all requests together: nobody's run waits longer. */
const WITHIN_MS = 1000;
const MAX_BYTES = 16_384;
const DEFAULT_ENDPOINT = "http://169.254.169.254";

/**
 * Asks the instance metadata service, version 2 only: a token by PUT, then GETs with it. That is
 * done only on a machine that looks like one of EC2, or where AWS_EC2_METADATA_SERVICE_ENDPOINT
 * says where it is; AWS_EC2_METADATA_DISABLED keeps it from being asked. Never throws.
 */
export async function askMetadata(
  env: Env,
  roots: SystemRoots,
  withinMs = WITHIN_MS,
): Promise<Metadata> {
  const named = env.AWS_EC2_METADATA_SERVICE_ENDPOINT;
  if ((named === undefined || named === "") && !looksLikeEc2(roots)) return null;
  if (env.AWS_EC2_METADATA_DISABLED?.toLowerCase() === "true") {
    return { unknown: "instance metadata was not asked: AWS_EC2_METADATA_DISABLED says so" };
  }
  const endpoint = URL.canParse(named || DEFAULT_ENDPOINT) ? named || DEFAULT_ENDPOINT : "";
  if (!endpoint.startsWith("http:")) {
    return { unknown: "AWS_EC2_METADATA_SERVICE_ENDPOINT is not an http URL" };
  }
  // An agent of its own: whatever proxy the process uses must not see the token.
  const agent = new http.Agent({ keepAlive: true });
  const signal = AbortSignal.timeout(withinMs);
  try {
    return { facts: await factsOf({ endpoint, agent, signal }) };
  } catch (error) {
    if (error instanceof Refused) return { unknown: error.message };
    const hops = "from a container, its hop limit may be 1";
    const late = `did not answer within ${withinMs / 1000} s (${hops})`;
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
  const asked = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
  const token = await ask(service, "PUT", "/latest/api/token", asked);
  if (token.status !== 200) {
    throw new Refused(`the instance metadata service refused a token (HTTP ${token.status})`);
  }
  const get = async (path: string): Promise<string | null> => {
    const headers = { "x-aws-ec2-metadata-token": token.text };
    const answer = await ask(service, "GET", `/latest/meta-data/${path}`, headers);
    return answer.status === 200 ? answer.text : null;
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
    instanceId: kept(instanceId, /^i-[0-9a-f]+$/),
    type: kept(type, INSTANCE_TYPE),
    zone: kept(zone, /^[a-z0-9-]+$/),
    region: kept(region, /^[a-z0-9-]+$/),
    mapping: Object.fromEntries(mapping),
  };
}

/** What does not look as it should is not taken: it ends up in stored runs. */
function kept(text: string | null, rule: RegExp): string | null {
  return text !== null && rule.test(text) ? text : null;
}

function ask(
  { endpoint, agent, signal }: Service,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const url = new URL(path, endpoint);
    const sent = http.request(url, { method, headers, agent, signal }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > MAX_BYTES) answer.destroy(new Error("too long an answer"));
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: text.trim() }));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end();
  });
}
