// Home Assistant's rules for a device discovery document, as far as it documents them and we use them: home-assistant.io/integrations/mqtt
// (device discovery payload) and <platform>.mqtt, homeassistant/components/mqtt/schemas.py and components/sensor/const.py. Written
// from there and independent of src/hub: a test that shares its tables would prove nothing.

/** Required and optional keys by platform, besides those that every entity may have. */
const PLATFORM_KEYS: Readonly<Record<string, { required: readonly string[]; optional: readonly string[] }>> = {
  sensor: {
    required: ["state_topic"],
    optional: [
      ...["device_class", "expire_after", "force_update", "options", "state_class", "suggested_display_precision"],
      ...["unit_of_measurement", "value_template"],
    ],
  },
  binary_sensor: {
    required: ["state_topic"],
    optional: ["device_class", "expire_after", "off_delay", "payload_off", "payload_on", "value_template"],
  },
  event: { required: ["state_topic", "event_types"], optional: ["device_class", "value_template"] },
  image: { required: ["image_topic"], optional: ["content_type", "image_encoding"] },
  switch: {
    required: ["command_topic"],
    optional: ["state_topic", "value_template", "payload_on", "payload_off", "state_on", "state_off", "retain"],
  },
  select: { required: ["command_topic", "options"], optional: ["state_topic", "value_template", "retain"] },
  number: {
    required: ["command_topic"],
    optional: ["state_topic", "value_template", "min", "max", "step", "mode", "unit_of_measurement", "retain"],
  },
};
const COMMON_KEYS = [
  ...["platform", "unique_id", "default_entity_id", "name", "icon", "entity_category", "enabled_by_default", "qos"],
  ...["availability", "availability_mode", "json_attributes_topic", "json_attributes_template"],
];
/** The root takes no others: the hub drops the whole document then. */
const ROOT_KEYS = [
  "device",
  "origin",
  "components",
  "availability",
  "availability_mode",
  "state_topic",
  "qos",
  "encoding",
];
const DEVICE_KEYS = ["identifiers", "name", "manufacturer", "model", "sw_version", "hw_version", "configuration_url"];

/** Units that a sensor's device class allows. */
const SENSOR_UNITS: Readonly<Record<string, readonly string[]>> = {
  temperature: ["°C", "°F", "K"],
  pressure: ["Pa", "hPa", "kPa", "bar", "cbar", "mbar", "mmHg", "inHg", "psi"],
  duration: ["d", "h", "min", "s", "ms", "µs"],
  data_size: ["B", "kB", "MB", "GB", "KiB", "MiB", "GiB"],
  voltage: ["mV", "V"],
  power: ["mW", "W", "kW"],
  volume_storage: ["L", "mL", "m³"],
};
const STATE_CLASSES = ["measurement", "total", "total_increasing"];
const BINARY_CLASSES = ["occupancy", "problem"];
const CATEGORIES = ["config", "diagnostic"];
/** The hub cuts nothing: longer states are refused. */
const MAX_STATE = 255;

type Json = Readonly<Record<string, unknown>>;

/** Everything that Home Assistant would refuse, warn about or drop in silence. */
export function ruleBreaks(document: Json): string[] {
  const breaks: string[] = [];
  const expect = (holds: boolean, rule: string) => {
    if (!holds) breaks.push(rule);
  };
  for (const key of Object.keys(document)) expect(ROOT_KEYS.includes(key), `root takes no ${key}`);
  const device = object(document.device);
  for (const key of Object.keys(device)) expect(DEVICE_KEYS.includes(key), `device takes no ${key}`);
  expect(Array.isArray(device.identifiers) && device.identifiers.length > 0, "device has an identifier");
  expect(typeof object(document.origin).name === "string", "origin has a name");
  checkAvailability(document.availability, "root", expect);

  const ids = new Set<unknown>();
  const entityIds = new Set<unknown>();
  for (const [id, given] of Object.entries(object(document.components))) {
    const component = object(given);
    const platform = String(component.platform);
    const keys = PLATFORM_KEYS[platform];
    expect(keys !== undefined, `${id}: no platform ${platform}`);
    expect(!id.includes(" "), `${id}: the hub splits ids at spaces`);
    // A platform alone takes the component away.
    if (keys === undefined || Object.keys(component).length === 1) continue;
    checkComponent(id, component, keys, expect);
    expect(!ids.has(component.unique_id), `${id}: unique_id ${component.unique_id} is used twice`);
    expect(!entityIds.has(component.default_entity_id), `${id}: ${component.default_entity_id} is used twice`);
    ids.add(component.unique_id);
    entityIds.add(component.default_entity_id);
  }
  return breaks;
}

type Expect = (holds: boolean, rule: string) => void;

function checkComponent(
  id: string,
  component: Json,
  keys: { required: readonly string[]; optional: readonly string[] },
  expect: Expect,
) {
  const allowed = [...COMMON_KEYS, ...keys.required, ...keys.optional];
  for (const key of Object.keys(component))
    expect(allowed.includes(key), `${id}: ${component.platform} takes no ${key}`);
  // Required in a device document: without it the entity can't be kept over restarts.
  for (const key of ["unique_id", ...keys.required]) expect(component[key] !== undefined, `${id}: needs ${key}`);
  expect(
    typeof component.name === "string" && component.name.trim() === component.name && component.name !== "",
    `${id}: name`,
  );
  expect(
    new RegExp(`^${component.platform}\\.[a-z0-9]+(_[a-z0-9]+)*$`).test(String(component.default_entity_id)),
    `${id}: default_entity_id`,
  );
  expect(
    component.entity_category === undefined || CATEGORIES.includes(String(component.entity_category)),
    `${id}: entity_category`,
  );
  // The entity registry refuses to make a reading a setting.
  expect(
    !["sensor", "binary_sensor", "event", "image"].includes(String(component.platform)) ||
      component.entity_category !== "config",
    `${id}: a reading is no setting`,
  );
  for (const [key, value] of Object.entries(component)) {
    if (key.endsWith("topic"))
      expect(typeof value === "string" && !/[+#\0]/.test(value) && value !== "", `${id}: ${key}`);
    if (key.endsWith("template"))
      expect(
        typeof value === "string" && /^\{\{ .+ \}\}$/s.test(value) && !value.includes("value_json."),
        `${id}: ${key}`,
      );
  }
  if (component.availability !== undefined) checkAvailability(component.availability, id, expect);
  if (component.expire_after !== undefined)
    expect(Number.isInteger(component.expire_after) && Number(component.expire_after) > 0, `${id}: expire_after`);
  if (component.platform === "sensor") checkSensor(id, component, expect);
  if (component.platform === "binary_sensor" && component.device_class !== undefined)
    expect(BINARY_CLASSES.includes(String(component.device_class)), `${id}: device_class`);
  if (component.platform === "number")
    expect(Number(component.min) < Number(component.max) && Number(component.step) >= 0.001, `${id}: range`);
  if (component.platform === "event")
    expect(Array.isArray(component.event_types) && component.event_types.length > 0, `${id}: event_types`);
}

function checkSensor(id: string, component: Json, expect: Expect): void {
  const { device_class, unit_of_measurement, state_class, options } = component;
  expect(state_class === undefined || STATE_CLASSES.includes(String(state_class)), `${id}: state_class`);
  if (device_class === "enum") {
    expect(
      Array.isArray(options) && options.length > 0 && options.every((o) => String(o).length <= MAX_STATE),
      `${id}: options`,
    );
    // Both are errors in sensor.py: an enum is no measurement.
    expect(
      state_class === undefined && unit_of_measurement === undefined,
      `${id}: an enum has no unit and no state class`,
    );
    return;
  }
  expect(options === undefined, `${id}: options without enum`);
  if (device_class === undefined) return;
  const units = SENSOR_UNITS[String(device_class)];
  expect(units?.includes(String(unit_of_measurement)) ?? false, `${id}: ${device_class} in ${unit_of_measurement}`);
}

function checkAvailability(given: unknown, id: string, expect: Expect): void {
  expect(Array.isArray(given) && given.length > 0, `${id}: availability is a list`);
  for (const entry of Array.isArray(given) ? given : []) {
    const keys = Object.keys(object(entry));
    expect(keys.includes("topic"), `${id}: availability needs a topic`);
    expect(
      keys.every((key) => ["topic", "value_template", "payload_available", "payload_not_available"].includes(key)),
      `${id}: availability takes no ${keys}`,
    );
  }
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}
