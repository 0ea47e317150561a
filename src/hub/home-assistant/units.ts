// Which device class a measured value has, from its unit. Home Assistant refuses a sensor whose unit does not belong to its device class, so
// only units stand here that its table has (homeassistant/components/sensor/const.py, DEVICE_CLASS_UNITS), and only where the unit alone says what
// is measured: `%` may be humidity or a level, `L` what is in a tank.

export interface HubUnit {
  /** As Home Assistant writes it. */
  readonly unit: string;
  readonly deviceClass: string | null;
}

const CLASSES: Readonly<Record<string, readonly string[]>> = {
  pressure: ["Pa", "hPa", "kPa", "bar", "cbar", "mbar", "mmHg", "inHg", "psi"],
  temperature: ["°C", "°F", "K"],
  voltage: ["mV", "V"],
  current: ["mA", "A"],
  power: ["W", "kW"],
  frequency: ["Hz", "kHz", "MHz", "GHz"],
  speed: ["m/s", "km/h", "mph", "kn"],
  volume_flow_rate: ["m³/h", "L/min"],
  volume_storage: ["L", "m³"],
  weight: ["kg", "g", "lb"],
  distance: ["mm", "cm", "m", "km"],
};

/** How people write them too. */
const SAME: Readonly<Record<string, string>> = {
  C: "°C",
  F: "°F",
  degC: "°C",
  degF: "°F",
  l: "L",
  m3: "m³",
  "m3/h": "m³/h",
  "l/min": "L/min",
  Bar: "bar",
};

export function hubUnit(unit: string): HubUnit {
  const written = Object.hasOwn(SAME, unit) ? (SAME[unit] ?? unit) : unit;
  const found = Object.entries(CLASSES).find(([, units]) => units.includes(written));
  return { unit: written, deviceClass: found?.[0] ?? null };
}
