// One variant, from its file to answers: read and verified, cleaned, loaded, compiled, warm. The engine holds several; `infer` and
// `eval` hold one in their own process, so that they measure what the daemon would run.

import { fail, ok, type Result } from "../../base/result.js";
import type { Provider } from "../../contract/manifest.js";
import type { Tensor } from "../../contract/tensor.js";
import type { AnswerSettings, LoadReport, TensorInfo, VariantSpec } from "../../contract/variant.js";
import { loadAddon, type NativeAddon } from "../../kernels/addon.js";
import { readVerified } from "../../models/read-verified.js";
import { inputQuantization } from "../../onnx/quantization.js";
import { withoutWeightInputs } from "../../onnx/weights-inputs.js";
import { compileStages, type DecodedPicture, type Stages } from "../../pipelines/compile.js";
import type { PictureSource } from "../../pipelines/decode.js";
import { loadSession, runtimeFacts } from "../../runtimes/onnxruntime.js";
import type { Session } from "../../runtimes/runtime.js";
import type { Answered, EngineOptions } from "../protocol.js";

/** A decoded frame on its way to the run. */
export interface Decoded {
  readonly picture: DecodedPicture;
  /** From the start of the decode until this thread took note of its end: another frame's run may lie between. */
  readonly decodeMs: number;
}

export interface ResidentVariant {
  readonly spec: VariantSpec;
  readonly report: LoadReport;
  /** Off this thread; may overlap with other decodes and with a run. */
  decode(source: PictureSource): Promise<Result<Decoded>>;
  /** Preprocess, run, postprocess; one frame at a time. */
  finish(decoded: Decoded, settings: AnswerSettings): Promise<Result<Answered>>;
  /** Both, one after the other. */
  answer(source: PictureSource, settings: AnswerSettings): Promise<Result<Answered>>;
  release(): Promise<void>;
}

/**
 * Every trouble names the variant's place in its manifest.
 * @param addon null: sharp and the TypeScript twin do the work before the run
 */
export async function loadVariant(
  spec: VariantSpec,
  options: EngineOptions,
  addon: NativeAddon | null = loadAddon().addon,
): Promise<Result<ResidentVariant>> {
  const startedAtMs = performance.now();
  const rssBefore = process.memoryUsage.rss();
  const bytes = await readVerified(spec);
  if (!bytes.ok) return bytes;
  const cleaned = withoutWeightInputs(bytes.value);
  if (!cleaned.ok) return fail({ ...cleaned.trouble, where: spec.at, what: `${spec.file}: ${cleaned.trouble.what}` });
  const { model, removed } = cleaned.value;

  const compiled: { stages: Stages | null } = { stages: null };
  const loaded = await loadSession(model, {
    where: spec.at,
    providers: askedProviders(spec, options),
    threads: options.threads,
    scratchDirectory: options.scratchDirectory,
    firstInput: async (inputs, outputs) => {
      const [input] = inputs;
      const quantization = isInteger(input) ? inputQuantization(model, input.name) : null;
      const stages = compileStages(spec, inputs, outputs, quantization, addon);
      if (!stages.ok) return stages;
      compiled.stages = stages.value;
      return blankInput(spec, stages.value, options.maxPixels);
    },
  });
  if (!loaded.ok) return loaded;
  const { session, report } = loaded.value;
  if (compiled.stages === null) throw new Error("the runtime did not ask for the first input");
  return ok(
    residentVariant(spec, session, compiled.stages, options.maxPixels, {
      key: spec.key,
      ...report,
      threads: options.threads,
      loadMs: performance.now() - startedAtMs,
      residentBytes: Math.max(0, process.memoryUsage.rss() - rssBefore),
      cleanedInputs: removed,
      inputs: session.inputs,
      outputs: session.outputs,
    }),
  );
}

function residentVariant(
  spec: VariantSpec,
  session: Session,
  stages: Stages,
  maxPixels: number,
  report: LoadReport,
): ResidentVariant {
  const decode = async (source: PictureSource): Promise<Result<Decoded>> => {
    const startedAtMs = performance.now();
    const picture = await stages.decode(source, maxPixels);
    return picture.ok ? ok({ picture: picture.value, decodeMs: performance.now() - startedAtMs }) : picture;
  };
  const finish = async ({ picture, decodeMs }: Decoded, settings: AnswerSettings): Promise<Result<Answered>> => {
    const startedAtMs = performance.now();
    const tensor = stages.preprocess(picture);
    const readyAtMs = performance.now();
    const outputs = await session.run(tensor);
    const ranAtMs = performance.now();
    if (!outputs.ok) return outputs;
    const answer = stages.postprocess(outputs.value, picture, settings);
    if (!answer.ok) return answer;
    const timing = {
      decode: decodeMs,
      preprocess: readyAtMs - startedAtMs,
      inference: ranAtMs - readyAtMs,
      postprocess: performance.now() - ranAtMs,
    };
    return ok({ answer: answer.value, width: picture.width, height: picture.height, timing });
  };
  return {
    spec,
    report,
    decode,
    finish,
    answer: async (source, settings) => {
      const decoded = await decode(source);
      return decoded.ok ? finish(decoded.value, settings) : decoded;
    },
    release: () => session.release(),
  };
}

/** The variant's own order, cut to what the engine may use. */
function askedProviders(spec: VariantSpec, { providers }: EngineOptions): readonly Provider[] {
  const may = providers === "auto" ? runtimeFacts().providersBuiltIn : providers;
  return spec.providers.filter((provider) => may.includes(provider));
}

function isInteger(input: TensorInfo | undefined): input is TensorInfo {
  return input?.type === "uint8" || input?.type === "int8";
}

/** A black picture through the real stages: they are tried before the first frame comes. */
async function blankInput(spec: VariantSpec, stages: Stages, maxPixels: number): Promise<Result<Tensor>> {
  const [width, height] = spec.inputSize;
  const raw = { format: "gray", width, height } as const;
  const picture = await stages.decode({ encoding: "raw", raw, payload: new Uint8Array(width * height) }, maxPixels);
  return picture.ok ? ok(stages.preprocess(picture.value)) : picture;
}
