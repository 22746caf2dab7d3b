//! The names in one file, read with `syn`: what its modules define, import and mention.
//!
//! Comments, strings and attributes are not read, nor what is there for tests only. Inside a macro
//! call there is no syntax tree, so every chain of names joined by `::` counts as a path.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, Visibility};

/// A path as its segments.
pub(crate) type Segments = Vec<String>;

/// What one module says.
#[derive(Default)]
pub(crate) struct Names {
    /// Modules in files of their own, and the value of `#[path]`.
    pub(crate) files: Vec<(String, Option<String>)>,
    /// Modules written inside this one.
    pub(crate) inline: Vec<(String, Names)>,
    /// Items that are defined here.
    pub(crate) items: BTreeSet<String>,
    /// Imported and re-exported names.
    pub(crate) imports: BTreeMap<String, Segments>,
    /// Modules and enums of which everything is imported.
    pub(crate) globs: Vec<Segments>,
    /// Paths in code, and those of private imports. A re-export alone is no use of what it names.
    pub(crate) mentions: BTreeSet<Segments>,
}

impl Names {
    /// Reads the text of a file.
    pub(crate) fn of(text: &str) -> syn::Result<Self> {
        let file = syn::parse_file(text)?;
        Ok(Self::of_items(&file.items))
    }

    fn of_items(items: &[Item]) -> Self {
        let mut names = Self::default();
        items.iter().for_each(|item| names.visit_item(item));
        names
    }

    fn module(&mut self, item: &ItemMod) {
        let name = item.ident.to_string();
        match &item.content {
            Some((_, items)) => self.inline.push((name, Self::of_items(items))),
            None => self.files.push((name, path_attribute(&item.attrs))),
        }
    }

    fn import(&mut self, item: &ItemUse) {
        if item.leading_colon.is_some() {
            return;
        }
        let private = matches!(item.vis, Visibility::Inherited);
        self.import_tree(&item.tree, &mut Vec::new(), private);
    }

    fn import_tree(&mut self, tree: &UseTree, path: &mut Segments, private: bool) {
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.import_tree(&part.tree, path, private);
                path.pop();
            }
            UseTree::Name(part) => {
                let name = part.ident.to_string();
                self.import_name(path, &name, None, private);
            }
            UseTree::Rename(part) => {
                let (name, new) = (part.ident.to_string(), part.rename.to_string());
                self.import_name(path, &name, Some(new), private);
            }
            UseTree::Glob(_) => self.globs.push(path.clone()),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import_tree(tree, path, private);
                }
            }
        }
    }

    fn import_name(&mut self, path: &[String], name: &str, new: Option<String>, private: bool) {
        let mut full = path.to_vec();
        if name != "self" || path.is_empty() {
            full.push(name.to_owned());
        }
        let local = new.or_else(|| full.last().cloned()).unwrap_or_default();
        if private {
            self.mentions.insert(full.clone());
        }
        if local != "_" {
            self.imports.insert(local, full);
        }
    }

    /// Reads chains of names in the tokens of a macro call.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Segments = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.mention(std::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.mention(std::mem::take(&mut path));
                    colons = 0;
                }
                TokenTree::Group(group) => {
                    self.mention(std::mem::take(&mut path));
                    colons = 0;
                    self.tokens(group.stream());
                }
            }
        }
        self.mention(path);
    }

    fn mention(&mut self, path: Segments) {
        // A single name in small letters is mostly a variable.
        let variable = path.len() == 1
            && path
                .iter()
                .all(|name| name.starts_with(|first: char| first.is_lowercase()));
        if !path.is_empty() && !variable {
            self.mentions.insert(path);
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_item(&mut self, item: &'ast Item) {
        if is_for_tests(attributes(item)) {
            return;
        }
        if let Some(name) = defined(item) {
            self.items.insert(name);
        }
        match item {
            Item::Mod(item) => self.module(item),
            Item::Use(item) => self.import(item),
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let segments = path.segments.iter();
            let segments: Segments = segments.map(|part| part.ident.to_string()).collect();
            if segments.len() == 1 {
                self.mentions.insert(segments);
            } else {
                self.mention(segments);
            }
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }

    /// `pub(in path)` and `pub(super)` are no use of a module.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

/// Returns true for what is compiled for tests only.
pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let test = |path: &syn::Path| path.is_ident("test");
        let cfg = attribute.path().is_ident("cfg");
        test(attribute.path())
            || cfg
                && attribute
                    .parse_args::<syn::Path>()
                    .is_ok_and(|path| test(&path))
    })
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| {
        let pair = attribute.meta.require_name_value().ok()?;
        let syn::Expr::Lit(value) = &pair.value else {
            return None;
        };
        match &value.lit {
            syn::Lit::Str(text) if pair.path.is_ident("path") => Some(text.value()),
            _ => None,
        }
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn defined(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}
