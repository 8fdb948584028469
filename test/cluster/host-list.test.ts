import { describe, expect, test } from "vitest";
import { parseHostList } from "../../src/cluster/host-list.ts";

const names = (text: string, file = "") => parseHostList(text, () => file).map(({ name }) => name);

describe("a host list", () => {
  test.each([
    ["a,b,c", ["a", "b", "c"]],
    ["ec2-user@node-1, node-2", ["ec2-user@node-1", "node-2"]],
    ["user@node-[3-5]", ["user@node-3", "user@node-4", "user@node-5"]],
    ["node-[08-11]", ["node-08", "node-09", "node-10", "node-11"]],
    ["n[1,3-4].rack[1-2].net", [1, 3, 4].flatMap((n) => [1, 2].map((r) => `n${n}.rack${r}.net`))],
    ["a,local:2", ["a", "local:0", "local:1"]],
    ["fe80::1%eth0,::1,u@[2001:db8::2]", ["fe80::1%eth0", "::1", "u@[2001:db8::2]"]],
    ["10.0.0.[1-2]", ["10.0.0.1", "10.0.0.2"]],
  ])("%s names each host", (text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  test("a file has one entry per line, with comments and blank lines", () => {
    const file = "# the first rack\na\n\nuser@b-[1-2]  # two\nc, d#e\n";
    expect(() => names("@hosts", file)).toThrow("d#e: the host is invalid");
    expect(names("x,@hosts", file.replace("#e", " #e"))).toEqual([
      ...["x", "a", "user@b-1", "user@b-2", "c", "d"],
    ]);
    expect(() => names("@hosts", "@other")).toThrow("a list cannot name a file");
    expect(() => parseHostList("@/no/such/file")).toThrow("--hosts: cannot read /no/such/file");
  });

  test("user, host and port are told apart", () => {
    expect(parseHostList("ssh://me@h:2222,ssh://[::1]:22,DOMAIN\\me@b,me@corp.net@c")).toEqual([
      { kind: "ssh", name: "ssh://me@h:2222", host: "h", user: "me", port: 2222 },
      { kind: "ssh", name: "ssh://[::1]:22", host: "::1", user: null, port: 22 },
      { kind: "ssh", name: "DOMAIN\\me@b", host: "b", user: "DOMAIN\\me", port: null },
      { kind: "ssh", name: "me@corp.net@c", host: "c", user: "me@corp.net", port: null },
    ]);
  });

  test.each([
    ["", "names no host"],
    [" , ", "names no host"],
    ["-oProxyCommand=x", "cannot begin with -"],
    ["user@-x", "cannot begin with -"],
    ["ssh://-x:22", "cannot begin with -"],
    ["-l@host", "the user is invalid"],
    ["@host@", "cannot read"],
    ["user@", "the host is missing"],
    ["a b", "the host is invalid"],
    ["a;id", "the host is invalid"],
    ["$(id)", "the host is invalid"],
    ["a\u001b[31m", "a\\x1b[31m: the host is invalid"],
    ["host:22", "a port needs the form ssh://host:22"],
    ["ssh://host:0", "no such port"],
    ["ssh://host:70000", "no such port"],
    ["[fe80]x", "brackets need numbers"],
    ["n[]", "brackets need numbers"],
    ["n[a-b]", "brackets need numbers"],
    ["n[5-3]", "5-3 begins above its end"],
    ["n[1-99999]", "at most 1000"],
    ["n[1-100][1-100]", "at most 1000"],
    ["local", "local:3"],
    ["local:0", "local:3"],
    ["local:x", "local:3"],
    ["a,b,a", "names a twice"],
    ["me@a,you@a", "names you@a twice"],
    ["n[1-3],n2", "names n2 twice"],
    ["local:2,local:1", "names local:0 twice"],
  ])("%j is refused", (text, problem) => {
    const readFile = () => {
      throw new Error("no file");
    };
    expect(() => parseHostList(text, readFile)).toThrow(problem);
  });
});
