// Topic filters as sets of topics (MQTT 5, 4.7): what one matches, and which of several need no subscription of their own. Pure.

/** Whether the filter matches the topic. */
export function filterMatches(filter: string, topic: string): boolean {
  return filterCovers(filter, topic);
}

/** Whether every topic that `inner` matches is matched by `outer` too. A topic without wildcards is a filter for itself. */
export function filterCovers(outer: string, inner: string): boolean {
  const wide = outer.split("/");
  const narrow = inner.split("/");
  // Wildcards in front do not reach the broker's own topics (4.7.2).
  if (inner.startsWith("$") && wide[0] !== narrow[0]) return false;
  for (let level = 0; level < Math.max(wide.length, narrow.length); level++) {
    const want = wide[level];
    const have = narrow[level];
    // `a/#` matches `a` itself as well (4.7.1.2), so it may stand one level past the end.
    if (want === "#") return true;
    if (want === undefined || have === undefined || have === "#") return false;
    if (want !== "+" && want !== have) return false;
  }
  return true;
}

/**
 * The filters that no other one covers. A broker may send a message once for each subscription that matches (MQTT 5, 3.3.4), and
 * mosquitto does. Filters that overlap only in part (`a/+` and `+/b`) both stay: no single one stands for them.
 */
export function uncovered(filters: Iterable<string>): string[] {
  const distinct = [...new Set(filters)];
  return distinct.filter((filter) => !distinct.some((other) => other !== filter && filterCovers(other, filter)));
}
