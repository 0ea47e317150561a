// The names in messages and the three formats, on hand-made heads and on the real files of ../shared/data.

import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import fc from "fast-check";
import t from "tap";
import { describeContent, sniffEncoding } from "../../src/base/sniff.js";
import { needsSharedData, sharedData } from "../support/shared-data.js";

const bytes = (text: string) => Buffer.from(text, "latin1");

t.test("a picture format is told by its first bytes, and by nothing else", async (t) => {
  t.equal(sniffEncoding(bytes("\xff\xd8\xff\xe0")), "jpeg");
  t.equal(sniffEncoding(bytes("\x89PNG\r\n\x1a\n")), "png");
  t.equal(sniffEncoding(bytes("RIFF\0\0\0\0WEBPVP8 ")), "webp");
  t.equal(sniffEncoding(bytes("RIFF\0\0\0\0WAVEfmt ")), null);
  t.equal(sniffEncoding(bytes("\xff\xd8")), null, "a cut mark is none");
  t.equal(sniffEncoding(bytes("")), null);
});

t.test("content that is no frame is named as a person would", async (t) => {
  const named: [string, string][] = [
    ["", "empty"],
    ["GIF89a\x40\x01", "a GIF"],
    ["PK\x03\x04\x85 \x9a", "a ZIP archive"],
    ["<svg xmlns='http://www.w3.org/2000/svg'>", "an SVG"],
    ["<?xml version='1.0'?><!-- drawn --><svg width='1'/>", "an SVG"],
    ["\n <!DOCTYPE html><html>", "an HTML page"],
    ["<html><body>502</body></html>", "an HTML page"],
    ["<?xml version='1.0'?><feed/>", "XML"],
    ["this is not an image\n", "text"],
    ['{"image":"…"}', "JSON"],
    ["data:image/jpeg;base64,/9j/", "a data: URL"],
    ["%PDF-1.7", "a PDF"],
    ["\0\0\0\x1cftypisom", "an MP4 video"],
    ["\0\0\0\x1cftypavif", "an AVIF picture"],
    ["BM\x36\x10\x0e\0\0\0\0\0", "a BMP"],
    ["BM is a text", "text"],
    ["\x80\x01\x02", "unknown bytes"],
    ["a\0b", "unknown bytes"],
  ];
  for (const [content, name] of named) t.equal(describeContent(bytes(content)), name, JSON.stringify(content));
});

t.test("a letter cut in two by the end of the look is still text", async (t) => {
  t.equal(describeContent(Buffer.from("ä".repeat(2000))), "text");
  t.equal(describeContent(Buffer.from(`a${"ä".repeat(2000)}`)), "text");
});

t.test("any bytes get a name without a throw, and all that is sniffed is named a picture", async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (any) => {
      const name = describeContent(any);
      const encoding = sniffEncoding(any);
      return name.length > 0 && (encoding === null || /^a (JPEG|PNG|WebP)$/.test(name));
    }),
  );
});

t.test(
  "the bad and odd frames of ../shared/data are what they are, whatever their names say",
  { skip: needsSharedData },
  async (t) => {
    const expected: Record<string, string> = {
      "empty.jpg": "empty",
      "gif-named.jpg": "a GIF",
      "html-error-page.jpg": "an HTML page",
      "random.bin": "unknown bytes",
      "svg-with-reference.svg": "an SVG",
      "text.jpg": "text",
      "zip-magic.jpg": "a ZIP archive",
    };
    for (const folder of ["bad", "odd"]) {
      for (const name of readdirSync(sharedData("frames", folder))) {
        const content = readFileSync(sharedData("frames", folder, name));
        const byEnding = { jpg: "a JPEG", png: "a PNG", webp: "a WebP" }[basename(name).split(".").at(-1) ?? ""];
        t.equal(describeContent(content), expected[name] ?? byEnding, `${folder}/${name}`);
      }
    }
  },
);
