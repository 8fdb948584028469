import { describe, expect, test } from "vitest";
import { explainSsh, sshCommand } from "../../../src/cluster/carriers/ssh.ts";
import { quoted, splitWords } from "../../../src/cluster/carriers/words.ts";
import { parseHostList } from "../../../src/cluster/host-list.ts";

function commandOf(hosts: string, ssh = "ssh", remote = "assay"): readonly string[] {
  const [address] = parseHostList(hosts);
  if (address?.kind !== "ssh") throw new Error("not an ssh address");
  const words = [splitWords(ssh, "--ssh"), splitWords(remote, "--remote")] as const;
  return sshCommand(address, { ssh: words[0], remote: words[1] });
}

describe("the command line of ssh", () => {
  test("asks nothing, forwards nothing, and checks host keys", () => {
    const words = commandOf("me@node-1");
    expect(words[0]).toBe("ssh");
    expect(words).toEqual(expect.arrayContaining(["BatchMode=yes", "ConnectTimeout=15", "-T"]));
    expect(words.join(" ")).not.toMatch(/StrictHostKeyChecking|UserKnownHostsFile/);
    expect(words.slice(-3)).toEqual(["--", "me@node-1", "exec assay agent"]);
  });

  test("has the port, and an IPv6 address without brackets", () => {
    const words = commandOf("ssh://me@[fe80::1]:2222").join(" ");
    expect(words).toMatch(/ -p 2222 -- me@fe80::1 /);
    expect(commandOf("node-1")).not.toContain("-p");
  });

  test("has the words of --ssh, and quotes those of --remote", () => {
    const words = commandOf("a", "ssh -J 'a b' -F\"c d\"", "npx --yes '$(id); assay' ~/x");
    expect(words.slice(0, 4)).toEqual(["ssh", "-J", "a b", "-Fc d"]);
    expect(words.at(-1)).toBe("exec npx --yes '$(id); assay' ~/x agent");
  });
});

describe("words", () => {
  test.each([
    ["a  b", ["a", "b"]],
    ['\'a b\'c "d\\"e"', ["a bc", 'd"e']],
    ["a\\ b ''", ["a b", ""]],
  ])("%s is split as a shell does", (text, words) => {
    expect(splitWords(text, "--ssh")).toEqual(words);
  });

  test("an unfinished quote and no word are refused", () => {
    expect(() => splitWords("ssh 'a", "--ssh")).toThrow("--ssh: a quote does not end");
    expect(() => splitWords("  ", "--remote")).toThrow("--remote needs a command");
  });

  test("quoting keeps ~/ and nothing else", () => {
    expect(["a b", "it's", "", "~/my dir/x", "~root", "-x"].map(quoted)).toEqual([
      "'a b'",
      "'it'\\''s'",
      "''",
      "~/'my dir/x'",
      "'~root'",
      "-x",
    ]);
  });
});

describe("the end of a connection", () => {
  const end = (words: string, code: number | null = 255) =>
    explainSsh({ code, signal: null, error: null, words });

  test.each([
    ["Host key verification failed.", "known_hosts"],
    ["@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key …", "ssh-keygen -R"],
    ["me@a: Permission denied (publickey).", "authorized_keys"],
    ["ssh: Could not resolve hostname x: Name or service not known", "name of the host"],
    ["ssh: connect to host a port 22: Connection refused", "security group"],
    ["ssh: connect to host a port 22: Connection timed out", "security group"],
  ])("%s has a remedy", (words, remedy) => {
    expect(end(`Authorized use only\n${words}\n`)).toContain(`${words.split("\n").at(-1)}; `);
    expect(end(words)).toContain(remedy);
  });

  test("names the exit code and the last line of stderr", () => {
    expect(end("client_loop: send disconnect: Broken pipe")).toBe(
      "the connection ended: client_loop: send disconnect: Broken pipe",
    );
    expect(end("bash: line 1: exec: assay: not found", 127)).toMatch(/127.*not found;.*--remote/);
    expect(end("assay needs Node 24 or newer, this is 18.2", 3)).toBe(
      "its agent has ended (exit code 3): assay needs Node 24 or newer, this is 18.2",
    );
    expect(end("\u001b[2Jx", 1)).toBe("its agent has ended (exit code 1): x");
  });

  test("names a missing client and a signal", () => {
    const error = Object.assign(new Error("spawn ssh ENOENT"), { code: "ENOENT" });
    const none = { code: null, signal: null, error: null, words: "" };
    expect(explainSsh({ ...none, error })).toContain("install the OpenSSH client");
    expect(explainSsh({ ...none, signal: "SIGKILL" })).toBe("ssh was ended by SIGKILL");
  });
});
