import { connect, type NatsConnection } from "@nats-io/transport-node";
import { inboxOf } from "../../../src/cluster/dial/names.ts";
import { agentPassword, agentUser, COORDINATOR } from "../../../src/cluster/dial/users.ts";
import { SECRETS } from "./group.ts";

/** A client of the server that does as it likes. */
export interface Client {
  readonly connection: NatsConnection;
  /** Errors that the server has reported. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** Logs in as the agent of a rank, or as one without; `coordinator`: as that. */
export async function clientAs(url: string, who: number | null | "coordinator"): Promise<Client> {
  const user = who === "coordinator" ? COORDINATOR : agentUser(who);
  const pass = who === "coordinator" ? SECRETS.coordinator : agentPassword(SECRETS.secret, who);
  const connection = await connect({ servers: [url], user, pass, inboxPrefix: inboxOf(user) });
  const errors: string[] = [];
  void (async () => {
    for await (const status of connection.status()) {
      if (status.type === "error") errors.push(status.error.message);
    }
  })();
  return { connection, errors, close: () => connection.close() };
}
