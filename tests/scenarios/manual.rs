//! The example in the documentation of [`mesh_chat::Node`], which documentation tests do not run as
//! wasm.

include!("../../docs/manual.rs");

#[test]
fn the_example_runs_and_two_nodes_meet() {
    main();
}
