//! What `docker-compose.yml` and `deploy/Dockerfile` say.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Compose {
    pub(super) services: BTreeMap<String, Service>,
    pub(super) secrets: BTreeMap<String, Secret>,
    pub(super) volumes: BTreeMap<String, Option<String>>,
}

#[derive(Deserialize)]
pub(super) struct Service {
    pub(super) image: String,
    pub(super) build: Option<Build>,
    pub(super) command: Vec<String>,
    #[serde(default)]
    pub(super) environment: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) volumes: Vec<String>,
    #[serde(default)]
    pub(super) secrets: Vec<String>,
    pub(super) healthcheck: Healthcheck,
    pub(super) read_only: bool,
    pub(super) network_mode: Option<String>,
    #[serde(default)]
    pub(super) ports: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Build {
    pub(super) context: PathBuf,
    pub(super) dockerfile: PathBuf,
}

#[derive(Deserialize)]
pub(super) struct Healthcheck {
    pub(super) test: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Secret {
    pub(super) file: PathBuf,
}

/// The image of every service.
pub(super) const OURS: &str = "evenkeel";

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(super) fn compose() -> Compose {
    let text = std::fs::read_to_string(root().join("docker-compose.yml")).unwrap();
    let mut document: serde_yaml_ng::Value = serde_yaml_ng::from_str(&text).unwrap();
    document.apply_merge().unwrap();
    serde_yaml_ng::from_value(document).unwrap()
}

impl Compose {
    pub(super) fn ours(&self) -> impl Iterator<Item = (&str, &Service)> {
        let all = self.services.iter();
        all.filter(|(_, service)| service.image == OURS)
            .map(|(name, service)| (name.as_str(), service))
    }
}

/// A value with its variables, each as given, else its default.
pub(super) fn filled_in(text: &str, given: &BTreeMap<&str, String>) -> String {
    let Some((before, rest)) = text.split_once("${") else {
        return text.to_owned();
    };
    let (variable, after) = rest.split_once('}').unwrap();
    let (name, default) = variable.split_once(":-").unwrap();
    let value = given.get(name).map_or(default, String::as_str);
    format!("{before}{value}{}", filled_in(after, given))
}

/// The Dockerfile's instructions, continued lines joined.
pub(super) struct Dockerfile(Vec<(String, String)>);

pub(super) fn dockerfile() -> Dockerfile {
    let text = std::fs::read_to_string(root().join("deploy/Dockerfile")).unwrap();
    let lines: Vec<_> = text.lines().filter(|l| !l.starts_with('#')).collect();
    let joined = lines.join("\n").replace("\\\n", " ");
    let instructions = joined.lines().filter_map(|line| {
        let (instruction, rest) = line.trim().split_once(' ')?;
        Some((instruction.to_owned(), rest.trim().to_owned()))
    });
    Dockerfile(instructions.collect())
}

impl Dockerfile {
    /// What follows an instruction, each time it is given.
    pub(super) fn all(&self, instruction: &str) -> Vec<&str> {
        let of = self.0.iter().filter(|(given, _)| given == instruction);
        of.map(|(_, rest)| rest.as_str()).collect()
    }

    pub(super) fn last(&self, instruction: &str) -> &str {
        self.all(instruction).last().copied().unwrap_or_default()
    }

    /// A variable of the image that is built.
    pub(super) fn variable(&self, name: &str) -> &str {
        let all = self.all("ENV").into_iter();
        all.filter_map(|pair| pair.split_once('='))
            .find_map(|(known, value)| (known == name).then_some(value))
            .unwrap_or_default()
    }
}
