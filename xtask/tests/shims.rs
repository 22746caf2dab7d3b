//! The JavaScript shims of the extension and of the page, in Node with stubs in the place of browsers and wasm.

use std::path::Path;
use std::process::Command;

#[test]
fn the_shims_keep_going_whatever_fails() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shims");
    for file in ["engine.mjs", "page.mjs", "revive.mjs", "sw.mjs"] {
        let status = Command::new("node")
            .args(["--no-warnings", "--test"])
            .arg(here.join(file))
            .status();
        assert!(status.unwrap().success(), "{file}");
    }
}
