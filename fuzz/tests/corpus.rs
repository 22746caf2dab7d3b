//! Every input that is kept holds what its target asserts: the first ones, and each with which a
//! fault was found.

use std::path::Path;

#[test]
fn every_input_of_the_corpus_passes_its_target() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for target in fuzz::TARGETS {
        let mut inputs = 0;
        let folder = corpus.join(target.name);
        let files = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for file in files {
            let file = file.unwrap().path();
            // The name of the input comes before what the target says of it.
            println!("{}", file.display());
            (target.run)(&std::fs::read(&file).unwrap());
            inputs += 1;
        }
        assert!(inputs > 0, "{} has no input to begin with", target.name);
    }
}

#[test]
fn every_folder_of_the_corpus_belongs_to_a_target() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for folder in std::fs::read_dir(corpus).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(fuzz::target(&name).is_some(), "no target {name}");
    }
}
