// The manifest of a model package (`model.yaml`, isotherm: model/1): what a model author writes. Types, validation and
// JSON Schema come from here; reading files is the models room's work.

import { z } from "zod";

/** Package, variant and version names become directory and topic parts: nothing that could climb out of a directory. */
const PackageName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/,
    "a name of 1 to 64 of a-z, 0-9, dot, dash and underscore that starts with a letter or digit",
  );
const FileName = z
  .string()
  .regex(/^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}$/, "a file name relative to the package, without `..`");

const PerChannel = z.array(z.number()).min(1).max(4);

export const Task = z.enum(["classification", "detection", "regression"]);
export type Task = z.infer<typeof Task>;

export const Precision = z.enum(["fp32", "fp16", "int8", "int8-dynamic", "mixed"]);
export type Precision = z.infer<typeof Precision>;

/** Execution providers, by the names that ONNX Runtime's JavaScript door uses. */
export const Provider = z.enum(["tensorrt", "cuda", "cpu"]);
export type Provider = z.infer<typeof Provider>;

/** real = scale * (code - zero_point), of an integer input tensor. */
export const Quantization = z
  .strictObject({
    scale: z.number().positive().describe("size of one step"),
    zero_point: z.int().min(-128).max(255).describe("the code that means 0"),
  })
  .describe("real = scale * (code - zero_point)");
export type Quantization = z.infer<typeof Quantization>;

/** How a frame becomes the input tensor: x = (pixel / scale - mean) / std, per channel in the order of `color`. */
export const ImageInput = z.strictObject({
  kind: z.literal("image").describe("what the model takes"),
  layout: z.enum(["nchw", "nhwc"]).default("nchw").describe("order of the tensor: channels first or last"),
  color: z.enum(["rgb", "bgr", "gray"]).default("rgb").describe("channels of the tensor, in this order"),
  resize: z
    .enum(["letterbox", "stretch", "crop"])
    .default("letterbox")
    .describe("how the frame is fitted to the input size"),
  pad: z.int().min(0).max(255).default(114).describe("value of the pixels beside the picture (letterbox)"),
  pad_align: z.enum(["center", "top-left"]).default("center").describe("where the picture lies in the letterbox"),
  scale: z.number().positive().default(255).describe("a pixel (0 to 255) is divided by it first"),
  mean: PerChannel.default([0, 0, 0]).describe("subtracted after that, per channel"),
  std: PerChannel.default([1, 1, 1]).describe("divided by last, per channel"),
  decode: z.enum(["scaled", "full"]).default("scaled").describe("`full` forbids decoding a JPEG at a reduced scale"),
});
export type ImageInput = z.infer<typeof ImageInput>;

const minScore = z.number().min(0).max(1).describe("answers below are left out");
const nmsIou = z
  .number()
  .min(0)
  .max(1)
  .default(0.45)
  .describe("overlap (IoU) over which the weaker of two boxes of a class goes");
const maxDetections = z.int().min(1).max(1000).default(100).describe("the best so many are kept");
const topK = z.int().min(1).max(100).default(5).describe("how many classes an answer lists");
const output = z.string().describe("name of the model's output");
const strides = z.array(z.int().positive()).min(1).max(6).describe("input pixels per grid cell, per level");

/** Detection decoders share these. */
const detection = { min_score: minScore.default(0.3), nms_iou: nmsIou, max_detections: maxDetections };
const boxFormat = z.enum(["xyxy", "cxcywh", "yxyx"]).default("xyxy").describe("corners, or middle and size");
const variances = z
  .tuple([z.number().positive(), z.number().positive()])
  .describe("factors of the offsets of middle and size");

/** How output tensors become an answer: one form per decoder, each decoded by pipelines/decoders/<name>.ts. */
export const Output = z.discriminatedUnion("decoder", [
  z.strictObject({
    decoder: z.literal("softmax").describe("the output already is probabilities"),
    output: output.optional(),
    top_k: topK,
    min_score: minScore.default(0),
  }),
  z.strictObject({
    decoder: z.literal("logits").describe("the decoder applies the softmax"),
    output: output.optional(),
    top_k: topK,
    min_score: minScore.default(0),
  }),
  z.strictObject({
    decoder: z.literal("sigmoid").describe("independent labels; the decoder applies the sigmoid"),
    output: output.optional(),
    top_k: topK,
    min_score: minScore.default(0.5),
  }),
  z.strictObject({
    decoder: z.literal("boxes-scores").describe("two outputs: N x 4 boxes and N x C scores"),
    boxes: output.default("boxes"),
    scores: output.default("scores"),
    box_format: boxFormat,
    normalized: z.boolean().default(true).describe("boxes in 0..1 of the input size instead of its pixels"),
    background: z.int().nonnegative().optional().describe("the class column that means nothing is there"),
    priors: z
      .strictObject({ file: FileName.describe("float32 N x 4 (cx, cy, w, h), little endian"), variances })
      .optional()
      .describe("boxes are offsets from these"),
    ...detection,
  }),
  z.strictObject({
    decoder: z.literal("ssd").describe("boxes are offsets from priors made by a formula"),
    boxes: output.default("boxes"),
    scores: output.default("scores"),
    background: z.int().nonnegative().optional().describe("the class column that means nothing is there"),
    activation: z.enum(["none", "softmax", "sigmoid"]).default("none").describe("applied to the scores"),
    variances: variances.default([0.1, 0.2]),
    priors: z
      .strictObject({
        strides,
        min_sizes: z
          .array(z.array(z.number().positive()).min(1))
          .min(1)
          .describe("per stride: box sizes in input pixels"),
        ratios: z.array(z.number().positive()).min(1).default([1]).describe("width / height of each prior"),
        clip: z.boolean().default(false).describe("cut priors to the picture"),
      })
      .describe("the formula: boxes of each size and ratio around each grid cell's middle"),
    ...detection,
  }),
  z.strictObject({
    decoder: z.literal("yolox").describe("1 x N x (5 + C): grid offsets, log sizes, objectness, classes"),
    output: output.optional(),
    strides: strides.default([8, 16, 32]),
    activation: z.enum(["none", "sigmoid"]).default("none").describe("applied to objectness and classes"),
    ...detection,
  }),
  z.strictObject({
    decoder: z.literal("yolov5").describe("1 x N x (5 + C): cx cy w h in input pixels, objectness, classes"),
    output: output.optional(),
    ...detection,
  }),
  z.strictObject({
    decoder: z.literal("yolov8").describe("1 x (4 + C) x N: cx cy w h in input pixels, classes"),
    output: output.optional(),
    ...detection,
  }),
  z.strictObject({
    decoder: z.literal("nanodet").describe("1 x N x (C + 4 (reg_max + 1)): classes, then a distribution per side"),
    output: output.optional(),
    strides: strides.default([8, 16, 32, 64]),
    reg_max: z.int().min(1).max(32).default(7).describe("largest distance of a side, in cells"),
    activation: z.enum(["none", "sigmoid"]).default("none").describe("applied to the classes"),
    ...detection,
  }),
  z.strictObject({
    decoder: z.literal("fastestdet").describe("1 x (5 + C) x H x W: objectness, box, classes"),
    output: output.optional(),
    ...detection,
  }),
  z.strictObject({
    decoder: z
      .literal("scalar")
      .describe("one number: value = min + x * (max - min) where min and max are given, else x"),
    output: output.optional(),
    name: z.string().default("value").describe("of the value"),
    unit: z.string().optional().describe("of the value"),
    min: z.number().optional().describe("value at the low end of the scale"),
    max: z.number().optional().describe("value at the high end of the scale"),
  }),
  z.strictObject({
    decoder: z.literal("raw").describe("the tensors, as they are"),
    outputs: z.array(output).optional().describe("names of the outputs; default: all"),
  }),
]);
export type Output = z.infer<typeof Output>;
export type DecoderName = Output["decoder"];

export const VariantEntry = z.strictObject({
  name: PackageName.describe("as `set/variant` and `--model PKG:VARIANT` name it"),
  file: FileName.describe("the ONNX file"),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "64 hex digits, as `sha256sum` prints them")
    .describe("digest of the file"),
  input_size: z.tuple([z.int().min(1).max(8192), z.int().min(1).max(8192)]).describe("width, height in pixels"),
  precision: Precision.default("fp32").describe("of the weights"),
  providers: z.array(Provider).min(1).optional().describe("in order of preference; default: what the board has"),
  accuracy: z
    .strictObject({
      metric: z.string().describe("what was measured, such as map50 or top1"),
      value: z.number().describe("how good it was"),
      data: z.string().optional().describe("on what"),
    })
    .optional()
    .describe("as the author measured it"),
  input: z
    .strictObject({ quantization: Quantization })
    .optional()
    .describe("only where the integer input tensor has no QuantizeLinear or DequantizeLinear node of its own"),
});
export type VariantEntry = z.infer<typeof VariantEntry>;

export const Manifest = z.strictObject({
  isotherm: z.literal("model/1").describe("version of this format"),
  name: PackageName.describe("as the configuration names it"),
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.-]+)?$/, "a version such as 1.2.0")
    .describe("of the package"),
  license: z.string().describe("SPDX name"),
  description: z.string().optional().describe("one sentence for people"),
  task: Task.describe("what an answer is"),
  labels: z
    .union([FileName, z.array(z.string()).max(100_000)])
    .optional()
    .describe("a file with one label a line, or the list"),
  input: ImageInput.describe("how a picture becomes the tensor"),
  output: Output.describe("how the tensors become an answer"),
  variants: z.array(VariantEntry).min(1).max(32).describe("best first"),
});
export type Manifest = z.infer<typeof Manifest>;
