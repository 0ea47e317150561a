import t from "tap";
import type { OutgoingMessage } from "../../src/contract/message.js";
import { type Kind, RetainedDocuments } from "../../src/daemon/retained-documents.js";

/** A way to a broker that takes everything, and acknowledges when the test says so. */
class Way {
  readonly went: OutgoingMessage[] = [];
  takes = true;
  #unacknowledged: ((has: boolean) => void)[] = [];

  publish(message: OutgoingMessage): boolean {
    if (this.takes) this.went.push(message);
    return this.takes;
  }

  publishAcknowledged(message: OutgoingMessage): Promise<boolean> {
    if (!this.publish(message)) return Promise.resolve(false);
    return new Promise((resolve) => this.#unacknowledged.push(resolve));
  }

  /** Ends what is under way, and lets those who waited act. */
  async acknowledge(has = true): Promise<void> {
    for (const settle of this.#unacknowledged.splice(0)) settle(has);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Topics with payloads since the last look. */
  look(): string[] {
    return this.went.splice(0).map(({ topic, payload }) => `${topic}=${payload}`);
  }
}

const live = (topic: string, payload: string): OutgoingMessage => ({ topic, payload, qos: 0, retain: true });
const lasting = (topic: string, payload: string): OutgoingMessage => ({ topic, payload, qos: 1, retain: true });

function made() {
  const way = new Way();
  const stands: Kind[] = [];
  const documents = new RetainedDocuments(way, (kind) => stands.push(kind));
  return { way, documents, stands };
}

t.test(
  "nothing goes out before its kind's turn; then all of it, then each change, and what stands there already never",
  async (t) => {
    const { way, documents } = made();
    documents.set("state", live("a", "1"));
    documents.set("discovery", lasting("d", "1"));
    t.same(way.look(), [], "no session yet");
    documents.publishAll("discovery");
    t.same(way.look(), ["d=1"]);
    documents.set("state", live("a", "2"));
    t.same(way.look(), [], "the states' turn has not come");
    documents.publishAll("state");
    t.same(way.look(), ["a=2"], "the newest");
    documents.set("state", live("a", "2"));
    t.same(way.look(), []);
    documents.pause();
    documents.set("state", live("a", "3"));
    t.same(way.look(), [], "the session went");
    documents.publishAll("discovery");
    documents.publishAll("state");
    t.same(way.look(), ["d=1", "a=3"], "all of it at the next one");
  },
);

t.test("a document is forgotten as taken away only once the broker has said so", async (t) => {
  const { way, documents } = made();
  documents.publishAll("state");
  documents.set("state", live("a", "1"));
  documents.remove("state", "a");
  t.same(documents.topics("state"), []);
  way.look();
  await way.acknowledge(false);
  documents.pause();
  documents.publishAll("state");
  t.same(way.look(), ["a="], "the connection went on the way: taken away at the next one");
  await way.acknowledge();
  documents.publishAll("state");
  t.same(way.look(), [], "done");
});

t.test("what is set while its topic is being taken away stands there in the end", async (t) => {
  const { way, documents } = made();
  documents.publishAll("state");
  documents.remove("state", "a");
  documents.set("state", live("a", "back"));
  t.same(way.look(), ["a=", "a=back"]);
  await way.acknowledge();
  t.same(way.look(), ["a=back"], "without an acknowledgement it may have overtaken the empty one");
});

t.test(
  "what the connection has no room for is tried again, what the broker refuses is not, until it says something else",
  async (t) => {
    const { way, documents, stands } = made();
    documents.publishAll("state");
    documents.publishAll("discovery");
    way.takes = false;
    documents.set("state", live("a", "1"));
    documents.set("discovery", lasting("d", "large"));
    await way.acknowledge();
    t.equal(documents.refuse("d"), "discovery");
    t.equal(documents.refuse("unknown"), null);
    way.takes = true;
    documents.retry();
    t.same(way.look(), ["a=1"]);
    documents.retry();
    t.same(way.look(), [], "once is enough");
    documents.set("discovery", lasting("d", "small"));
    t.same(way.look(), ["d=small"]);
    t.same(stands, []);
    await way.acknowledge();
    t.same(stands, ["discovery"], "told when the broker has it");
  },
);
