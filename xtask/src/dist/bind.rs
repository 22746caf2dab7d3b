//! Wasm to something a page can load: bindings from wasm-bindgen, then wasm-opt.
//!
//! Both take longer than anything else in a small change, so their result is kept under the hash
//! of what went in.

use super::build::Module;
use crate::{paths, setup, shell};
use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// The version of the bindings tool, as pinned in Cargo.toml.
const BINDGEN: &str = "0.2.130";

/// The crate that can be given a fresh instance.
const RESET: &str = "background";

/// What rustc's default wasm target uses, then small size, then nothing that is not needed to run.
///
/// Inlining functions with one caller and sharing equal expressions make a smaller file and a larger
/// zip, which holds once what repeats. Binaryen 132 made 313 kB gzip of the engine, and 289 without
/// the two; 176 and 163 of the popup.
const WASM_OPT: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "-Oz",
    "--one-caller-inline-max-function-size=30",
    "--skip-pass=local-cse",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// How the bindings write HTML text into an element, and what stands there instead. Yew can do it; no view asks it to, and what
/// is shipped cannot.
const WRITES_HTML: [&str; 2] = [
    "arg0.innerHTML = getStringFromWasm0(arg1, arg2);",
    "throw new Error(\"no view is made of HTML text\");",
];

/// A crate ready to be loaded.
pub(super) struct Bound {
    /// The crate.
    pub(super) name: &'static str,
    /// A folder with `<name>.js`, `<name>_bg.wasm` and whatever snippets they import.
    pub(super) dir: PathBuf,
}

impl Bound {
    /// Returns the wasm that ships.
    pub(super) fn wasm(&self) -> PathBuf {
        self.dir.join(format!("{}_bg.wasm", self.name))
    }
}

/// Binds and shrinks one module, or takes what an earlier run made of the same bytes.
pub(super) fn bind(module: &Module) -> Result<Bound> {
    let cache = paths::target().join("xtask");
    let dir = cache.join(module.name);
    let stamp = cache.join(format!("{}.hash", module.name));
    let hash = hash(&module.path)?;
    let bound = Bound {
        name: module.name,
        dir,
    };
    if fs::read_to_string(&stamp).ok().as_deref() == Some(&hash) && bound.wasm().is_file() {
        return Ok(bound);
    }
    make(module, &bound)?;
    fs::write(stamp, hash)?;
    Ok(bound)
}

fn make(module: &Module, bound: &Bound) -> Result<()> {
    println!("dist: binding and optimising {}", module.name);
    if bound.dir.exists() {
        fs::remove_dir_all(&bound.dir)?;
    }
    Bindgen::new()
        // A worker whose wasm has trapped is given a fresh instance: `extension/revive.js`.
        .reset_state_function(module.name == RESET)
        .input_path(&module.path)
        .out_name(module.name)
        .web(true)?
        .typescript(false)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .generate(&bound.dir)
        .with_context(|| format!("binding {}", module.name))?;
    let script = bound.dir.join(format!("{}.js", bound.name));
    fs::write(&script, without_html(&fs::read_to_string(&script)?)?)?;
    optimise(&bound.wasm())
}

fn without_html(bindings: &str) -> Result<String> {
    let [writes, refuses] = WRITES_HTML;
    let bindings = bindings.replace(writes, refuses);
    if bindings.contains("HTML = ") {
        bail!("the bindings write HTML text in a way that is not known");
    }
    Ok(bindings)
}

fn optimise(wasm: &Path) -> Result<()> {
    let small = wasm.with_extension("opt");
    let mut node = shell::command("node");
    node.arg(wasm_opt())
        .args(WASM_OPT)
        .arg(wasm)
        .arg("-o")
        .arg(&small);
    shell::run(&mut node)?;
    fs::rename(small, wasm)?;
    Ok(())
}

fn wasm_opt() -> PathBuf {
    paths::root().join("node_modules/binaryen/bin/wasm-opt")
}

fn hash(wasm: &Path) -> Result<String> {
    let lock = paths::root().join("package-lock.json");
    if !wasm_opt().is_file() {
        bail!(
            "there is no {}; run `cargo xtask setup`",
            wasm_opt().display()
        );
    }
    let mut hash = Sha256::new();
    hash.update(fs::read(wasm)?);
    hash.update(fs::read(lock)?);
    hash.update(BINDGEN);
    hash.update(RESET);
    hash.update(WRITES_HTML.concat());
    hash.update(WASM_OPT.join(" "));
    Ok(setup::hex(&hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::without_html;

    #[test]
    fn bindings_that_write_html_text_refuse_instead_or_are_refused() {
        let known = "set: function(arg0, arg1, arg2) {
            arg0.innerHTML = getStringFromWasm0(arg1, arg2);
        },";
        assert!(!without_html(known).unwrap().contains("arg0.innerHTML"));
        assert!(without_html("set: (a, b) => { a.outerHTML = b; }").is_err());
        assert_eq!(
            without_html("arg0.text = arg1;").unwrap(),
            "arg0.text = arg1;"
        );
    }
}
