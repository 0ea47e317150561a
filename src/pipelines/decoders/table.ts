// Every decoder by its name in a manifest. A new one is a file beside this one and a line here.

import type { Result } from "../../base/result.js";
import type { DecoderName } from "../../contract/manifest.js";
import { compileBoxesScores } from "./boxes-scores.js";
import type { CompileDecoder, Decode, DecoderContext, Params } from "./decoder.js";
import { compileFastestdet } from "./fastestdet.js";
import { compileLogits } from "./logits.js";
import { compileNanodet } from "./nanodet.js";
import { compileRaw } from "./raw.js";
import { compileScalar } from "./scalar.js";
import { compileSigmoid } from "./sigmoid.js";
import { compileSoftmax } from "./softmax.js";
import { compileSsd } from "./ssd.js";
import { compileYolov5 } from "./yolov5.js";
import { compileYolov8 } from "./yolov8.js";
import { compileYolox } from "./yolox.js";

const DECODERS: { readonly [Name in DecoderName]: CompileDecoder<Name> } = {
  softmax: compileSoftmax,
  logits: compileLogits,
  sigmoid: compileSigmoid,
  "boxes-scores": compileBoxesScores,
  ssd: compileSsd,
  yolox: compileYolox,
  yolov5: compileYolov5,
  yolov8: compileYolov8,
  nanodet: compileNanodet,
  fastestdet: compileFastestdet,
  scalar: compileScalar,
  raw: compileRaw,
};

/** The decoder of the variant's manifest, fitted to the outputs that its model really has. */
export function compileDecoder(context: DecoderContext): Result<Decode> {
  return compileNamed(context.spec.output, context);
}

function compileNamed<Name extends DecoderName>(
  params: Params<Name> & { decoder: Name },
  context: DecoderContext,
): Result<Decode> {
  return DECODERS[params.decoder](params, context);
}
