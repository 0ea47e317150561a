// A certificate authority for one test, with a server's and a client's certificate, made by openssl.

import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Paths of PEM files. */
export interface Certificates {
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly clientCert: string;
  readonly clientKey: string;
  /** A CA that has signed none of these. */
  readonly otherCa: string;
}

/** Elliptic keys: an RSA key takes a slow board seconds. A day is longer than any test. */
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];

/** The server's certificate is made out to localhost and 127.0.0.1. */
export async function makeCertificates(directory: string): Promise<Certificates> {
  await mkdir(directory, { recursive: true });
  const at = (name: string) => join(directory, name);
  await makeAuthority(at("ca"), "Isotherm test CA");
  await makeAuthority(at("other-ca"), "Another test CA");
  await makeSigned(at("server"), at("ca"), "localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1");
  await makeSigned(at("client"), at("ca"), "isotherm-client", "extendedKeyUsage=clientAuth");
  return {
    ca: at("ca.pem"),
    serverCert: at("server.pem"),
    serverKey: at("server.key"),
    clientCert: at("client.pem"),
    clientKey: at("client.key"),
    otherCa: at("other-ca.pem"),
  };
}

async function makeAuthority(stem: string, name: string): Promise<void> {
  const out = ["-keyout", `${stem}.key`, "-out", `${stem}.pem`];
  await run("openssl", ["req", "-x509", ...NEW_KEY, "-subj", `/CN=${name}`, ...out]);
}

async function makeSigned(stem: string, authority: string, name: string, extension: string): Promise<void> {
  const request = ["-keyout", `${stem}.key`, "-out", `${stem}.csr`];
  await run("openssl", ["req", "-new", ...NEW_KEY.slice(0, 5), "-subj", `/CN=${name}`, ...request]);
  await writeFile(`${stem}.ext`, `${extension}\n`);
  const signer = ["-CA", `${authority}.pem`, "-CAkey", `${authority}.key`, "-CAcreateserial"];
  const files = ["-in", `${stem}.csr`, "-out", `${stem}.pem`, "-extfile", `${stem}.ext`];
  await run("openssl", ["x509", "-req", "-days", "1", ...signer, ...files]);
}
