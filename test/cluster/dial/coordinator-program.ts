/** A coordinator whose agents execute a call that only an abort ends; prints their process ids. */
import { joinAll } from "./crew.ts";
import { GROUP, openHall } from "./group.ts";

const [url = "", agents = "1", mode = "begin"] = process.argv.slice(2);
const hall = await openHall(url, GROUP, Number(agents));
if (mode === "open") process.stdout.write("[]\n");
else {
  const { sessions } = await joinAll(hall, Number(agents));
  const begun = sessions.map(
    (session) =>
      new Promise<void>((event) => void session.call("wait", null, { event: () => event() })),
  );
  await Promise.all(begun);
  process.stdout.write(`${JSON.stringify(sessions.map(({ hello }) => hello.pid))}\n`);
}
await new Promise(() => setInterval(() => {}, 1000));
