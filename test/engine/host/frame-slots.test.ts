import { fstatSync, readSync } from "node:fs";
import fc from "fast-check";
import t from "tap";
import { FrameSlots } from "../../../src/engine/host/frame-slots.js";

function bytesIn(slots: FrameSlots, slot: number, byteLength: number): Buffer {
  const bytes = Buffer.alloc(byteLength);
  readSync(slots.fds[slot] ?? -1, bytes, 0, byteLength, 0);
  return bytes;
}

t.test(
  "a large payload lies whole in a slot, whatever lay there before, and nothing is left in the file system",
  async (t) => {
    const slots = new FrameSlots(1);
    t.teardown(() => slots.close());
    fc.assert(
      fc.property(
        fc.integer({ min: 16 * 1024, max: 300_000 }),
        fc.integer({ min: 0, max: 255 }),
        (byteLength, fill) => {
          const payload = Buffer.alloc(byteLength, fill);
          const shared = slots.put(payload);
          if (shared === null) return false;
          const isWhole = bytesIn(slots, shared.slot, byteLength).equals(payload);
          slots.release(shared);
          return isWhole;
        },
      ),
      { numRuns: 50 },
    );
    t.equal(fstatSync(slots.fds[0] ?? -1).nlink, 0, "a crash leaves no file behind");
  },
);

t.test("small payloads, and those for which no slot is free, go in the message", async (t) => {
  const slots = new FrameSlots(2);
  t.teardown(() => slots.close());
  const large = Buffer.alloc(100_000);
  t.equal(slots.put(Buffer.alloc(100)), null);
  const first = slots.put(large);
  t.match(first, { slot: 0, byteLength: 100_000 });
  t.match(slots.put(large), { slot: 1 });
  t.equal(slots.put(large), null);
  if (first !== null) slots.release(first);
  t.match(slots.put(large), { slot: 0 }, "a slot that was given back takes the next one");
});

t.test("a slot that held a huge picture gives its memory back", async (t) => {
  const slots = new FrameSlots(1);
  t.teardown(() => slots.close());
  const shared = slots.put(Buffer.alloc(20 * 1024 * 1024));
  if (shared === null) throw new Error("there is memory for 20 MiB");
  slots.release(shared);
  t.equal(fstatSync(slots.fds[0] ?? -1).size, 0);
});
