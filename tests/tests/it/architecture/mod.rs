//! The shape of the workspace: which crate may use which, what a decision may name, and that every crate explains itself.

mod direction;
mod names;
mod pure;
mod readme;

use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// A crate of ours, as its manifest says.
struct Member {
    name: String,
    folder: PathBuf,
    /// Crates of ours it uses: in what is shipped (build scripts included), and in its tests.
    uses: Vec<String>,
    uses_in_tests: Vec<String>,
}

impl Member {
    /// `shared`, `services`, or nothing for the suite itself.
    fn place(&self) -> &str {
        let above = self.folder.parent().and_then(Path::file_name);
        match above.and_then(|name| name.to_str()) {
            Some("shared") => "shared",
            Some("services") => "services",
            _ => "",
        }
    }

    fn is_service(&self) -> bool {
        self.place() == "services" && self.name != "evenkeel"
    }
}

fn members() -> Vec<Member> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .unwrap();
    let members: Vec<_> = metadata
        .packages
        .iter()
        .map(|package| {
            let ours = |dev: bool| {
                let of_kind = |d: &&cargo_metadata::Dependency| {
                    d.path.is_some() && (d.kind == DependencyKind::Development) == dev
                };
                let used = package.dependencies.iter().filter(of_kind);
                used.map(|d| d.name.clone()).collect()
            };
            Member {
                name: package.name.to_string(),
                folder: package.manifest_path.parent().unwrap().into(),
                uses: ours(false),
                uses_in_tests: ours(true),
            }
        })
        .collect();
    assert!(members.len() > 10, "these are not all crates");
    members
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
