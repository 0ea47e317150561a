// A process that appends numbered events as fast as it can and says on stdout which ones it was promised; a test kills it.

import { SILENT } from "../../src/contract/log.js";
import { Outbox } from "../../src/mqtt/outbox.js";

const directory = process.argv[2] ?? "";
const outbox = await Outbox.open(directory, SILENT);
for (let batch = 0; ; batch++) {
  // Several at once, so that they share flushes.
  const numbers = Array.from({ length: 5 }, (_, index) => batch * 5 + index);
  await Promise.all(
    numbers.map(async (number) => {
      const payload = JSON.stringify({ id: `event ${number}`, text: "x".repeat(200) });
      const kept = await outbox.append({ topic: "event/a/b", payload, qos: 1, retain: false });
      // Synchronous: what is promised must be out before the kill.
      if (kept.ok) process.stdout.write(`${number}\n`);
    }),
  );
}
