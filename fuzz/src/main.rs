//! Built by `cargo xtask fuzz`, the engine with the target that `FUZZ_TARGET` names. Built as any
//! program, it repeats inputs, without an engine and with a backtrace one can read:
//!
//! ```sh
//! cargo run -p fuzz -- TARGET FILE…
//! cargo xtask sim --seeds 20 --tell 2>&1 | cargo run -p fuzz -- --collect
//! ```

#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::chosen()(data));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.as_slice() {
        [option] if option == "--collect" => fuzz::collect::from_stdin(),
        [target, files @ ..] => fuzz::replay(target, files),
        [] => Err("a target and files, or --collect".to_owned()),
    };
    done.map_or_else(
        |error| {
            use std::io::Write;
            // Where even this cannot be said, the exit code says it.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            std::process::ExitCode::FAILURE
        },
        |()| std::process::ExitCode::SUCCESS,
    )
}
