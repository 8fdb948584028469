import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentialsText } from "../../cluster/dial/credentials.ts";
import { newSecrets, usersOf } from "../../cluster/dial/users.ts";
import {
  NATS_CERTIFICATE,
  NATS_FILES,
  NATS_KEY,
  NATS_PORT,
  NATS_STORE,
  natsNames,
  natsService,
} from "../../cluster/launch/render/nats-server.ts";
import type { RunSecrets } from "../../cluster/launch/render/pod.ts";
import type { AgentJob } from "../../cluster/launch/render/render.ts";
import { PreflightError, UsageError } from "../../model/fault/errors.ts";
import { natsConfig } from "../../testbed/nats/config.ts";
import { makeCertificate } from "../../testbed/program/certificate.ts";

/** Most that Kubernetes stores in a Secret is 1 MiB, with its names. */
const MAX_BYTES = 1_000_000;

/** Makes the secrets of one run: other ones in each call. */
export async function makeSecrets(
  { name, group, agents }: Pick<AgentJob, "name" | "group" | "agents">,
  namespace: string | null,
): Promise<RunSecrets> {
  const { certificate, key } = await certificateFor(natsNames(name, namespace));
  const { coordinator, secret } = newSecrets();
  const config = natsConfig({
    name: natsService(name),
    host: "0.0.0.0",
    port: NATS_PORT,
    storeDir: NATS_STORE,
    tls: {
      certFile: `${NATS_FILES}/${NATS_CERTIFICATE}`,
      keyFile: `${NATS_FILES}/${NATS_KEY}`,
    },
    users: usersOf(group, { coordinator, secret }, agents),
  });
  if (config.length > MAX_BYTES) {
    throw new UsageError(
      `--agents: the users of ${agents} agents do not fit in a Secret of 1 MiB; use fewer agents ` +
        "or a shorter --group",
    );
  }
  const place = { url: null, group, agents, ca: certificate };
  return {
    agents: credentialsText(place, secret),
    coordinator: credentialsText(place, secret, coordinator),
    natsConfig: config,
    certificate,
    key,
  };
}

async function certificateFor(names: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), "assay-render-"));
  try {
    const made = await makeCertificate(folder, names);
    if ("failed" in made) throw new PreflightError(`${made.failed}; install openssl`);
    return { certificate: made.pem, key: await readFile(made.keyPath, "utf8") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
