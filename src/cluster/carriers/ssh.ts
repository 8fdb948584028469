import { codeOf } from "../../model/fault/errors.ts";
import type { Channel } from "../channel.ts";
import { shown } from "../frames.ts";
import type { SshAddress } from "../host-list.ts";
import { commandChannel, lastLine, type ProcessEnd } from "./command.ts";
import { quoted } from "./words.ts";

/** Programs of a connection over ssh, as words. */
export interface SshPrograms {
  /** The local client with options: `["ssh", "-J", "bastion"]`. */
  readonly ssh: readonly string[];
  /** assay on the other host: `["npx", "assay"]`. */
  readonly remote: readonly string[];
}

/**
 * Options of every connection. Host keys are checked as the user's configuration says; nothing asks
 * a question, and nothing is forwarded. A server that vanishes is noticed after 15 s.
 */
const OPTIONS = [
  "BatchMode=yes",
  "ConnectTimeout=15",
  "ServerAliveInterval=5",
  "ServerAliveCountMax=3",
  "ClearAllForwardings=yes",
  "ControlMaster=no",
  "RemoteCommand=none",
];

/** Returns the command that starts an agent on a host. */
export function sshCommand(address: SshAddress, { ssh, remote }: SshPrograms): readonly string[] {
  const { host, user, port } = address;
  return [
    ...ssh,
    ...["-T", "-a", "-x"],
    ...OPTIONS.flatMap((option) => ["-o", option]),
    ...(port === null ? [] : ["-p", String(port)]),
    "--",
    user === null ? host : `${user}@${host}`,
    `exec ${[...remote, "agent"].map(quoted).join(" ")}`,
  ];
}

/** Starts an agent on another host. */
export function openSsh(address: SshAddress, programs: SshPrograms): Channel {
  return commandChannel(sshCommand(address, programs), explainSsh);
}

/** Remedies by what ssh prints when it cannot connect. The first match is used. */
const REMEDIES: readonly (readonly [sign: RegExp, remedy: string])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    "its host key has changed; if that is expected, remove the old key with `ssh-keygen -R`",
  ],
  [
    /Host key verification failed|No \S+ host key is known/,
    "its host key is unknown; check the key and add it to known_hosts, by connecting once with ssh",
  ],
  [
    /Permission denied|Too many authentication failures/,
    "add your key to its authorized_keys, or start ssh-agent: a password cannot be typed",
  ],
  [/Could not resolve hostname/, "check the name of the host"],
  [
    /Connection refused|timed out|No route to host|Network is unreachable/,
    "check the address, the port, and that a firewall or security group allows ssh",
  ],
];

const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
/** Exit code of ssh for its own errors. */
const SSH_FAILED = 255;

/** Describes in one sentence how a connection ended. */
export function explainSsh({ code, signal, error, words }: ProcessEnd): string {
  const line = shown(lastLine(words));
  const said = line === "" ? "" : `: ${line}`;
  if (error !== null) {
    const missing = codeOf(error) === "ENOENT";
    return missing ? "ssh was not found; install the OpenSSH client" : `ssh: ${error.message}`;
  }
  if (signal !== null) return `ssh was ended by ${signal}`;
  if (code === SSH_FAILED) {
    if (line === "") return "the connection or its agent was ended";
    const remedy = REMEDIES.find(([sign]) => sign.test(words))?.[1];
    return `the connection ended${said}${remedy === undefined ? "" : `; ${remedy}`}`;
  }
  if (code === NOT_FOUND || code === NOT_EXECUTABLE) {
    return (
      `assay cannot be started there (exit code ${code})${said}; install the same version, ` +
      "or name its command with --remote"
    );
  }
  return `its agent has ended (exit code ${code})${said}`;
}
