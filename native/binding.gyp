{
  # Built by build.mjs, which finds libturbojpeg and node-addon-api.
  "variables": {
    "with_jpeg%": "<!(node build.mjs --has-turbojpeg)"
  },
  "targets": [
    {
      "target_name": "isotherm_native",
      "sources": [
        "addon.cpp",
        "addon/fit_plan.cpp",
        "addon/jpeg_picture.cpp",
        "dispatch.cpp",
        "jpeg/scan_work.cpp",
        "kernels/fit_to_tensor/driver.cpp",
        "kernels/fit_to_tensor/plan.cpp",
        "kernels/fit_to_tensor/reference.cpp",
        "kernels/fit_to_tensor/sse41.cpp",
        "kernels/fit_to_tensor/avx2.cpp",
        "kernels/fit_to_tensor/neon.cpp",
        "kernels/motion_measure/reference.cpp",
        "kernels/motion_measure/sse41.cpp",
        "kernels/motion_measure/neon.cpp"
      ],
      "include_dirs": ["<!(node build.mjs --addon-api)"],
      "defines": ["NAPI_VERSION=8", "NAPI_DISABLE_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED"],
      "conditions": [
        ["with_jpeg==1", {
          "sources": ["jpeg/decode_jpeg.cpp"],
          "libraries": ["-lturbojpeg"]
        }, {
          "sources": ["jpeg/no_jpeg.cpp"]
        }]
      ],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20", "-std=gnu++14", "-fno-rtti"],
      # Multiply and add stay two roundings: GCC fuses them by itself on ARM, and then no twin equals another.
      "cflags_cc": [
        "-std=c++17", "-O3", "-ffp-contract=off", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wshadow",
        "-Wno-missing-field-initializers", "-Wno-cast-function-type", "-Wno-unused-parameter"
      ]
    }
  ]
}
