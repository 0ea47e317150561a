// `isotherm models`: what is installed, what is in it, is it whole. Loads no runtime but for `verify --load`.

import { Command } from "commander";
import { listModels } from "./models/list.js";
import { showModel } from "./models/show.js";
import { verifyModels } from "./models/verify.js";

const CONFIG = "configuration file (default: /etc/isotherm/config.yaml, else ./config/isotherm.yaml)";

export function command(): Command {
  const models = new Command("models").description("the model packages: list, show, verify");
  models
    .command("list")
    .description("the packages of the store and those that ship with isotherm")
    .option("--config <path>", CONFIG)
    .option("--json", "one document a line")
    .action(listModels);
  models
    .command("show")
    .description("one package: its task, input, decoder, labels and variants")
    .argument("<pkg>", "installed package or package folder")
    .option("--config <path>", CONFIG)
    .option("--json", "one document")
    .action(showModel);
  models
    .command("verify")
    .description("is every file what its manifest promises; exit code 1 when anything is wrong")
    .argument("[pkg...]", "installed packages or package folders, PKG:VARIANT for one variant; default: all")
    .option("--load", "load each variant once, too")
    .option("--config <path>", CONFIG)
    .option("--json", "one document a line")
    .action(verifyModels);
  return models;
}
