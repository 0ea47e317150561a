// Names of classes, and which of them a pipeline wants to see.

/** Whether the class may stand in the answer; null: all may. */
export type LabelMask = Uint8Array | null;

/** The name of a class: its label, or its number where the package has no labels. */
export function labelOf(labels: readonly string[], classId: number): string {
  return labels[classId] ?? String(classId);
}

/** Turns a pipeline's list of labels into a mask over classes, in a buffer that is made once. */
export function labelMask(labels: readonly string[], classes: number): (wanted: readonly string[] | null) => LabelMask {
  // A name may stand for several classes: some label files repeat one.
  const classesOf = new Map<string, number[]>();
  for (let id = 0; id < classes; id++) {
    const name = labelOf(labels, id);
    classesOf.set(name, [...(classesOf.get(name) ?? []), id]);
  }
  const mask = new Uint8Array(classes);
  return (wanted) => {
    if (wanted === null) return null;
    mask.fill(0);
    for (const name of wanted) for (const id of classesOf.get(name) ?? []) mask[id] = 1;
    return mask;
  };
}
