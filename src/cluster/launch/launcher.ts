/**
 * Launchers: how agents of a run get onto their hosts, when they dial a server instead of being
 * reached over ssh. A launcher (this file) starts agents for a coordinator: `slurm.ts` by one
 * `srun`, `manual.ts` through the user, `local.ts` as processes of this host. Other launchers only
 * describe jobs that the user submits. `rank.ts` tells an agent from its environment which of all
 * agents it is. No launcher puts the agents' secret on a command line or in the environment.
 */

/** The agents that a coordinator needs. */
export interface LaunchContext {
  /**
   * Command of an agent as words, without its credentials: `["assay", "agent", "--nats", URL]`. The
   * launcher appends `--nats-credentials` with a file, or `-` for standard input.
   */
  readonly command: readonly string[];
  /** JSON text of the agents' credentials file. */
  readonly credentials: string;
  /** Number of agents, one per host. */
  readonly nodes: number;
  /** Number of agents without which the run does not start; default: `nodes`. */
  readonly minNodes?: number;
}

/** Agents that a launcher has started, or that the user starts. */
export interface Launched {
  /**
   * Resolves with one sentence without a period when fewer than `minNodes` agents can come or are
   * left; pending until then. Never rejects. It is of use until the agents have joined: then their
   * sessions report more.
   */
  readonly failed: Promise<string>;
  /**
   * Whether the agents cannot come yet because their job waits for hosts, which may take hours. The
   * join timeout is for the time in which this is false.
   */
  isQueued(): boolean;
  /** The last output of what starts the agents, in one line; "" if there is none. */
  lastWords(): string;
  /**
   * Ends what the launcher started, waits for it, and removes its files. Agents have some seconds
   * to end by themselves, then time to stop their load and to remove their data. The coordinator
   * calls it after it has ended the sessions, also after Ctrl-C. More calls have no effect.
   */
  stop(): Promise<void>;
}

/** Starts agents. */
export interface Launcher {
  /** @throws PreflightError if it is clear now that no agent can be started */
  start(context: LaunchContext): Launched;
}
