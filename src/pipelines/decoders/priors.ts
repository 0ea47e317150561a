// Boxes as offsets from priors, as SSD models code them (Liu et al., "SSD: Single Shot MultiBox Detector", 2016).

import { addCandidate, type Candidates } from "./candidates.js";

/**
 * Adds the box that place `i` codes: the centre moves by parts of the prior's size, the size grows by an exponential.
 * @param priors centre and size of each, in shares of the input
 * @param yFirst the offsets are dy, dx, dh, dw
 */
export function addFromPrior(
  list: Candidates,
  priors: Float32Array,
  offsets: Float32Array,
  i: number,
  variances: readonly [number, number],
  yFirst: boolean,
  score: number,
  classId: number,
): void {
  const at = 4 * i;
  const x = yFirst ? 1 : 0;
  const priorWidth = priors[at + 2] as number;
  const priorHeight = priors[at + 3] as number;
  const centreX = (priors[at] as number) + (offsets[at + x] as number) * variances[0] * priorWidth;
  const centreY = (priors[at + 1] as number) + (offsets[at + 1 - x] as number) * variances[0] * priorHeight;
  const width = priorWidth * Math.exp((offsets[at + 2 + x] as number) * variances[1]);
  const height = priorHeight * Math.exp((offsets[at + 3 - x] as number) * variances[1]);
  const left = centreX - width / 2;
  const top = centreY - height / 2;
  addCandidate(list, left, top, left + width, top + height, score, classId);
}
