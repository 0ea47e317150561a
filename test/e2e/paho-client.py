# A user's own client, in Python: publishes a picture, prints the first result and the state document that stands retained.
import json
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

port, base, topic, path = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
seen = {}


def connected(client, userdata, flags, reason, properties):
    client.subscribe([(f"{base}/#", 1)])


def subscribed(client, userdata, mid, reasons, properties):
    with open(path, "rb") as file:
        sent = Properties(PacketTypes.PUBLISH)
        sent.UserProperty = ("captured-at", "2026-03-04T05:06:07.000Z")
        client.publish(topic, file.read(), qos=1, properties=sent)


def message(client, userdata, received):
    family = received.topic[len(base) + 1 :].split("/")[0]
    if family in ("result", "status"):
        text = received.payload.decode()
        seen[family] = {"retained": bool(received.retain), "payload": text if family == "status" else json.loads(text)}
    if "result" in seen and "status" in seen:
        client.disconnect()


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
client.on_connect, client.on_subscribe, client.on_message = connected, subscribed, message
client.connect("localhost", port)
client.loop_forever()
print(json.dumps(seen))
