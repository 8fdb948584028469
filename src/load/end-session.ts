import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../engine/engine.ts";
import type { StartLine } from "./drive/start-line.ts";

/** How long writes that the end of a phase left unanswered are waited for. */
const ANSWER_MS = 5000;
/** After a stop: somebody waits. */
const STOPPED_ANSWER_MS = 2000;
const LOOK_MS = 10;

/**
 * Closes a session. What was measured is complete by then: the answers of writes that the drain cut
 * off are waited for a little, so that the clean-up finds what they put into the bucket. Returns
 * how many writes ended without an answer.
 */
export async function endSession(session: Session, startLine: StartLine): Promise<number> {
  if (session.drives === "blocking") {
    session.close();
    return 0;
  }
  const fromMs = performance.now();
  while ((session.writes?.open ?? 0) > 0) {
    const most = startLine.stopped() ? STOPPED_ANSWER_MS : ANSWER_MS;
    if (performance.now() - fromMs >= most) break;
    await sleep(LOOK_MS);
  }
  await session.close();
  const { open, lost } = session.writes ?? { open: 0, lost: 0 };
  return open + lost;
}
