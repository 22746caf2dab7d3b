import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

globalThis.BUILD = { languages: ["de", "en", "pt_BR", "zh_CN"] };
(0, eval)(readFileSync(new URL("../../../page/build.js", import.meta.url), "utf8"));

test("the texts are in the first language that somebody reads and there is", () => {
  for (const [wanted, chosen] of [
    [["de"], "de"],
    [["de-AT", "en"], "de"],
    [["pt-BR"], "pt_BR"],
    [["pt-PT", "en"], "pt_BR"],
    [["nl", "de-DE", "en"], "de"],
    [["nl"], "en"],
    [[], "en"],
  ]) {
    assert.equal(BUILD.choose(wanted), chosen, wanted);
  }
});
