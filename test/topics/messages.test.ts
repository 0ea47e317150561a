// Where documents go, and how: the parts of the contract that a broker and a hub depend on.

import t from "tap";
import { z } from "zod";
import { topicsOf } from "../../src/topics/address.js";
import { alertClearedMessage } from "../../src/topics/alert.js";
import { eventMessage, imageMessage } from "../../src/topics/answer.js";
import { statusMessage } from "../../src/topics/node.js";
import { PAYLOAD_SCHEMAS } from "../../src/topics/payload-schemas.js";

const topics = topicsOf("home/isotherm", "workshop");

t.test("status is plain text, retained and acknowledged; an event is never retained", async (t) => {
  t.same(statusMessage(topics, "online"), {
    topic: "home/isotherm/workshop/status",
    payload: "online",
    qos: 1,
    retain: true,
  });
  const event = eventMessage(topics, {
    schema: "isotherm.event/1",
    id: "1",
    event_type: "appeared",
    at: "2026-01-02T03:04:05.678Z",
    node: "workshop",
    input: "porch",
    pipeline: "people",
    label: "person",
    before: null,
    score: 0.9,
    count: 1,
    zone: null,
  });
  t.match(event, { topic: "home/isotherm/workshop/event/porch/people", qos: 1, retain: false });
  t.match(imageMessage(topics, "porch", "people", new Uint8Array([1])), { qos: 0, retain: true });
  t.same(alertClearedMessage(topics, "x"), {
    topic: "home/isotherm/workshop/alert/x",
    payload: "",
    qos: 1,
    retain: true,
  });
});

t.test("every payload has a JSON Schema and stands at a topic of its own", async (t) => {
  for (const [name, { schema, about }] of Object.entries(PAYLOAD_SCHEMAS)) {
    t.ok(z.toJSONSchema(schema), name);
    t.not(about, "", name);
  }
  const places = Object.values(PAYLOAD_SCHEMAS).map(({ topic }) => topic);
  t.equal(new Set(places).size, places.length);
});
