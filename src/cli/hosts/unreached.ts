import type { Channel } from "../../cluster/channel.ts";
import {
  type ConnectOptions,
  connectNats,
  isRefusedLogin,
  type ServerAddress,
} from "../../cluster/dial/connection.ts";
import type { GroupNames } from "../../cluster/dial/names.ts";
import { agentPassword, agentUser } from "../../cluster/dial/users.ts";
import type { JoinProgress } from "../../cluster/join-progress.ts";

/** Time without any agent after which the coordinator explains what to check. */
const UNREACHED_MS = 5000;

/**
 * Why agents that have the secret of the coordinator's credentials cannot join, one sentence; null
 * if the server accepts them. The coordinator itself logs in with another password.
 */
export async function secretProblem(
  secret: string,
  options: Omit<ConnectOptions, "login" | "name">,
): Promise<string | null> {
  const [user, password] = [agentUser(null), agentPassword(secret, null)];
  const login = { kind: "password", user, password } as const;
  try {
    const connection = await connectNats({ ...options, login, name: "assay check of a secret" });
    await connection.close();
    return null;
  } catch (error) {
    // Other problems are those of the coordinator's own connection.
    if (!isRefusedLogin(error)) return null;
    return (
      `the NATS server at ${options.urls.join(", ")} refuses agents with the "secret" of these ` +
      "credentials; give coordinator and agents the files that were written for this server"
    );
  }
}

/** Follows how agents join that the user starts, of which this host hears nothing before. */
export class Unreached {
  private readonly sentence: string;
  private readonly channels: readonly Channel[];
  /** What the carrier tells about each agent before any has connected. */
  private readonly before: readonly (string | null | undefined)[];
  private readonly sinceMs = performance.now();
  private hasNone = true;
  private isTold = false;

  constructor(channels: readonly Channel[], { urls }: ServerAddress, { group }: GroupNames) {
    this.channels = channels;
    this.before = channels.map((channel) => channel.absence?.());
    this.sentence =
      `no agent has joined the group ${group} on ${urls.join(", ")} so far; an agent that cannot ` +
      "join prints the reason on its own host: check that agents were started, with the same " +
      "--nats and --group and with credentials of this server";
  }

  /** The sentence, once, if no agent has come for some time; else null. */
  hint({ joined, absent }: JoinProgress): string | null {
    const isSame = this.channels.every((one, at) => one.absence?.() === this.before[at]);
    this.hasNone &&= joined === 0 && absent.length === 0 && isSame;
    const isLate = performance.now() - this.sinceMs >= UNREACHED_MS;
    if (!this.hasNone || !isLate || this.isTold) return null;
    this.isTold = true;
    return this.sentence;
  }
}
