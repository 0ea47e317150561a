"""Makes int8 variants of the gauge reader: static quantisation with QuantizeLinear/DequantizeLinear nodes (QDQ).

    quantize_gauge.py FRAMES_DIR OUT_DIR teacher student

Convolutions become int8 with a scale per output channel. Signed activations and signed weights (S8S8): unsigned ones saturate
in the 16-bit sums of x86 cores without VNNI, and answers would differ from machine to machine. Heat maps, softmax and the
dense part stay float: they are a few thousand multiplications, and a place to a tenth of a pixel needs more than 8 bits.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

# Training faces, spread over the whole set: the held-out ones stay unseen by calibration, too.
CALIBRATION_FRAMES = 300


class Calibration(CalibrationDataReader):
    def __init__(self, folder, width, height):
        count = json.loads((folder / "frames.json").read_text())["count"]
        raw = np.memmap(folder / f"{width}x{height}.u8", np.uint8, mode="r", shape=(count, 1, 1, height, width))
        self.frames = iter([raw[i] for i in np.linspace(0, count - 1, CALIBRATION_FRAMES).astype(int)])

    def get_next(self):
        frame = next(self.frames, None)
        return None if frame is None else {"image": frame.astype(np.float32) / 255}


def float_nodes(model):
    """The heat map's convolution and all that comes after it, by name."""
    convs = [node for node in model.graph.node if node.op_type == "Conv"]
    return [convs[-1].name]


def quantize(folder, out, name):
    source = out / f"{name}.onnx"
    model = onnx.load(source)
    height, width = (d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim[2:])
    quantize_static(
        source,
        out / f"{name}-int8.onnx",
        Calibration(folder / "train", width, height),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv", "Add", "Relu", "Resize"],
        nodes_to_exclude=float_nodes(model),
        per_channel=True,
        activation_type=QuantType.QInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
        extra_options={"ActivationSymmetric": False, "WeightSymmetric": True},
    )


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    for name in sys.argv[3:]:
        quantize(folder, out, name)


if __name__ == "__main__":
    main()
