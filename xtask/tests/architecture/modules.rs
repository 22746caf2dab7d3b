//! The modules of a crate, and where the things they name are defined.
//!
//! Every path is followed through imports and re-exports to the file that defines its item. So a
//! `mod.rs` that only declares and re-exports never appears in the graph, and a re-export hides
//! nothing.

use crate::graph::Graph;
use crate::paths::{Names, Segments};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How many imports in a row are followed: a chain of more leads to itself.
const IMPORTS: u8 = 16;

/// A crate as its modules; the first one is its root.
#[derive(Default)]
pub(crate) struct Modules {
    all: Vec<Module>,
}

struct Module {
    file: PathBuf,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    names: Names,
}

/// What a path leads to: a module as a whole, or an item that is defined in one.
#[derive(Clone, Copy)]
enum Target {
    Module(usize),
    Item(usize),
}

impl Modules {
    /// Reads a crate from its root file on. `read` returns the text of a file that exists.
    pub(crate) fn read(file: &Path, read: &dyn Fn(&Path) -> Option<String>) -> Self {
        let mut modules = Self::default();
        let folder = file.parent().unwrap_or(Path::new(""));
        modules.read_file(file, folder, None, read);
        modules
    }

    fn read_file(
        &mut self,
        file: &Path,
        folder: &Path,
        parent: Option<usize>,
        read: &dyn Fn(&Path) -> Option<String>,
    ) -> usize {
        let text = read(file).unwrap_or_else(|| panic!("{} cannot be read", file.display()));
        let names = Names::of(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.add(file, folder, parent, names, read)
    }

    /// Adds a module and all below it; `folder` is where the files of its children are.
    fn add(
        &mut self,
        file: &Path,
        folder: &Path,
        parent: Option<usize>,
        mut names: Names,
        read: &dyn Fn(&Path) -> Option<String>,
    ) -> usize {
        let (files, inline) = (
            std::mem::take(&mut names.files),
            std::mem::take(&mut names.inline),
        );
        let id = self.all.len();
        self.all.push(Module {
            file: file.to_path_buf(),
            parent,
            children: BTreeMap::new(),
            names,
        });
        for (name, path) in files {
            let below = folder.join(&name);
            let file = match path {
                Some(path) => file.with_file_name(path),
                None => [below.with_extension("rs"), below.join("mod.rs")]
                    .into_iter()
                    .find(|file| read(file).is_some())
                    .unwrap_or_else(|| panic!("no file of mod {name} in {}", file.display())),
            };
            let child = self.read_file(&file, &below, Some(id), read);
            self.all[id].children.insert(name, child);
        }
        for (name, names) in inline {
            let child = self.add(file, &folder.join(&name), Some(id), names, read);
            self.all[id].children.insert(name, child);
        }
        id
    }

    /// Adds to the graph which file names something of which other one.
    pub(crate) fn add_to(&self, graph: &mut Graph) {
        for (id, module) in self.all.iter().enumerate() {
            let globs = module.names.globs.iter();
            for path in module.names.mentions.iter().chain(globs) {
                if let Some(Target::Item(to)) = self.resolve(id, path, IMPORTS) {
                    graph.add(&module.file, &self.all[to].file, path.join("::"));
                }
            }
        }
    }

    fn resolve(&self, from: usize, path: &[String], imports: u8) -> Option<Target> {
        let (first, mut rest) = path.split_first()?;
        let mut target = match first.as_str() {
            "crate" => Target::Module(0),
            "self" => Target::Module(from),
            "super" => Target::Module(self.all[from].parent?),
            name => self.look_up(from, name, imports)?,
        };
        while let (Target::Module(module), Some((name, further))) = (target, rest.split_first()) {
            target = match name.as_str() {
                "super" => Target::Module(self.all[module].parent?),
                // A name that is nowhere to be seen is made by a macro.
                name => self
                    .look_up(module, name, imports)
                    .unwrap_or(Target::Item(module)),
            };
            rest = further;
        }
        Some(target)
    }

    /// Finds a name in the scope of a module; `None` for names of other crates.
    fn look_up(&self, module: usize, name: &str, imports: u8) -> Option<Target> {
        let imports = imports.checked_sub(1)?;
        let Module {
            children, names, ..
        } = &self.all[module];
        if names.items.contains(name) {
            return Some(Target::Item(module));
        }
        if let Some(path) = names.imports.get(name) {
            return self.resolve_import(module, name, path, imports);
        }
        if let Some(child) = children.get(name) {
            return Some(Target::Module(*child));
        }
        names.globs.iter().find_map(|path| {
            match self.resolve_import(module, name, path, imports)? {
                Target::Module(of) if of != module => self.look_up(of, name, imports),
                _ => None,
            }
        })
    }

    /// `use json::Value` in a module that calls something else `json` cannot be told apart by text;
    /// an import of its own name leads out of the crate.
    fn resolve_import(
        &self,
        module: usize,
        name: &str,
        path: &Segments,
        imports: u8,
    ) -> Option<Target> {
        let own = path.first().is_some_and(|first| first == name);
        match self.all[module].children.get(name) {
            Some(_) if own => self.resolve_child(module, path, imports),
            None if own => None,
            _ => self.resolve(module, path, imports),
        }
    }

    fn resolve_child(&self, module: usize, path: &[String], imports: u8) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        let child = *self.all[module].children.get(first)?;
        match rest.is_empty() {
            true => Some(Target::Module(child)),
            false => {
                let mut below = vec!["self".to_owned()];
                below.extend(rest.iter().cloned());
                self.resolve(child, &below, imports)
            }
        }
    }
}
