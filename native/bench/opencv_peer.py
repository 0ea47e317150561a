"""OpenCV's usual chains, one line in (case, rounds), one line out (CPU milliseconds a frame): the peer of main.mjs."""

import json
import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(1)


def letterbox(image, size):
    """As most examples do it: the largest picture that fits, gray beside it."""
    height, width = image.shape[:2]
    factor = min(size / width, size / height)
    scaled = cv2.resize(image, (round(width * factor), round(height * factor)))
    rest_x, rest_y = size - scaled.shape[1], size - scaled.shape[0]
    left, top = rest_x // 2, rest_y // 2
    return cv2.copyMakeBorder(scaled, top, rest_y - top, left, rest_x - left, cv2.BORDER_CONSTANT, value=(114, 114, 114))


def jpeg_to_float(data, width, height):
    image = cv2.resize(cv2.imdecode(data, cv2.IMREAD_COLOR), (width, height))
    return cv2.dnn.blobFromImage(image, 1 / 128, mean=(127, 127, 127), swapRB=True)


def jpeg_to_float_boxed(data, size):
    return cv2.dnn.blobFromImage(letterbox(cv2.imdecode(data, cv2.IMREAD_COLOR), size), 1 / 255, swapRB=True)


def to_int8(image, size, swap):
    if swap:
        image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    return np.ascontiguousarray((letterbox(image, size).astype(np.int16) - 128).astype(np.int8).transpose(2, 0, 1))


def jpeg_to_int8(data, size):
    blob = cv2.dnn.blobFromImage(letterbox(cv2.imdecode(data, cv2.IMREAD_COLOR), size), swapRB=True)
    return (blob - 128).astype(np.int8)


def main():
    files = json.loads(sys.argv[1])
    read = {name: np.fromfile(path, np.uint8) for name, path in files.items()}
    rgb = read["rgb"].reshape(720, 1280, 3)
    nv12 = read["nv12"].reshape(1080, 1280)
    chains = {
        "jpeg-1080p-320x240-float32": lambda: jpeg_to_float(read["full-hd"], 320, 240),
        "jpeg-vga-352x352-float32": lambda: jpeg_to_float_boxed(read["vga"], 352),
        "jpeg-1080p-320x320-int8": lambda: jpeg_to_int8(read["full-hd"], 320),
        "jpeg-vga-320x320-int8": lambda: jpeg_to_int8(read["vga"], 320),
        "rgb-720p-320x320-int8": lambda: to_int8(rgb, 320, False),
        "nv12-720p-320x320-int8": lambda: to_int8(cv2.cvtColor(nv12, cv2.COLOR_YUV2RGB_NV12), 320, False),
    }
    print(json.dumps({"version": cv2.__version__}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        chain = chains[asked["case"]]
        chain()
        began = time.process_time()
        for _ in range(asked["frames"]):
            chain()
        print(json.dumps((time.process_time() - began) * 1e3 / asked["frames"]), flush=True)


main()
