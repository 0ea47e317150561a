#!/bin/sh
# Cross-compiles the kernels and their test for AArch64 and runs them under QEMU as several cores, then compares the digest with this
# machine's own: the same bits on ARM as here. Needs g++-aarch64-linux-gnu and qemu-user-static.
set -eu
cd "$(dirname "$0")"
cases="${1:-1500}"
out="$(mktemp -d)"
trap 'rm -rf "$out"' EXIT

sources="test/kernels_test.cpp dispatch.cpp kernels/*/*.cpp"
flags="-std=c++17 -O3 -ffp-contract=off -Wall -Wextra -Wno-missing-field-initializers -static"

# shellcheck disable=SC2086
g++ $flags $sources -o "$out/here"
# shellcheck disable=SC2086
aarch64-linux-gnu-g++ $flags $sources -o "$out/arm"

expected="$("$out/here" "$cases" | tee /dev/stderr | tail -n 1)"
for core in cortex-a53 cortex-a72 cortex-a76 max; do
  echo "$core:" >&2
  found="$(qemu-aarch64-static -cpu "$core" "$out/arm" "$cases" | tee /dev/stderr | tail -n 1)"
  [ "$found" = "$expected" ] || { echo "$core: $found instead of $expected" >&2; exit 1; }
done
echo "the same bits on all of them"
