//! Who may tell what about whom.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, ensure};
use contracts::{AuthorityCode, Fact, fact};
use sha2::{Digest, Sha256};

use crate::config::EventSource;

/// A source of events, by its name in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) authority: AuthorityCode,
    /// Kinds of which it tells every one, so that a rule may rely on it.
    pub(crate) supplies: Vec<String>,
    /// Of the token it shows over HTTP; none: it tells over NATS only.
    token: Option<[u8; 32]>,
}

impl Source {
    /// As entries name it.
    pub(crate) fn said_by(&self) -> String {
        fact::source(&self.name)
    }
}

/// Every source of events.
#[derive(Debug, Default)]
pub(crate) struct Sources(BTreeMap<String, Source>);

/// Shorter tokens can be guessed.
const SHORTEST_TOKEN: usize = 32;

impl Sources {
    /// Tokens are not read yet.
    pub(crate) fn new(settings: &BTreeMap<String, EventSource>) -> Self {
        let source = |(name, settings): (&String, &EventSource)| {
            let source = Source {
                name: name.clone(),
                authority: settings.authority.clone(),
                supplies: settings.supplies.clone(),
                token: None,
            };
            (name.clone(), source)
        };
        Self(settings.iter().map(source).collect())
    }

    /// With the tokens of those that have one.
    pub(crate) fn with_tokens(settings: &BTreeMap<String, EventSource>) -> anyhow::Result<Self> {
        let mut sources = Self::new(settings);
        for (name, settings) in settings {
            let Some(file) = &settings.token_file else {
                continue;
            };
            let digest = token(file)
                .with_context(|| format!("token_file under [intake.events.sources.{name}]"))?;
            let taken = sources.0.values().find(|s| s.token == Some(digest));
            if let Some(other) = taken {
                anyhow::bail!(
                    "the sources {} and {name} under [intake.events.sources] have the same token: give each its own",
                    other.name
                );
            }
            if let Some(source) = sources.0.get_mut(name) {
                source.token = Some(digest);
            }
        }
        Ok(sources)
    }

    pub(crate) fn has_tokens(&self) -> bool {
        self.0.values().any(|source| source.token.is_some())
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Source> {
        self.0.get(name)
    }

    /// Whose token this is. Takes as long for any token: digests are compared, whole, with every source's.
    pub(crate) fn with_token(&self, token: &str) -> Option<&Source> {
        let shown: [u8; 32] = Sha256::digest(token).into();
        let mut found = None;
        for source in self.0.values() {
            let own = source.token.unwrap_or_default();
            let difference = (own.iter().zip(shown)).fold(0_u8, |d, (a, b)| d | (a ^ b));
            if difference == 0 {
                found = Some(source);
            }
        }
        found
    }
}

fn token(file: &Path) -> anyhow::Result<[u8; 32]> {
    let text =
        fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let text = text.trim();
    ensure!(
        text.len() >= SHORTEST_TOKEN && text.chars().all(|c| c.is_ascii_graphic()),
        "{} holds no token: write at least {SHORTEST_TOKEN} characters without a space into it, such as what \
         `openssl rand -hex 32` prints",
        file.display()
    );
    Ok(Sha256::digest(text).into())
}

/// What is wrong with the settings of a source.
pub(crate) fn check(name: &str, settings: &EventSource) -> anyhow::Result<()> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    ensure!(
        (1..=32).contains(&name.len()) && name.chars().all(plain),
        "a source under [intake.events.sources] has a name that is not of up to 32 lower-case letters, digits and hyphens"
    );
    for kind in &settings.supplies {
        let like = |known: &&str| strsim::normalized_damerau_levenshtein(known, kind);
        let nearest = Fact::KINDS
            .iter()
            .max_by(|a, b| like(a).total_cmp(&like(b)));
        ensure!(
            Fact::KINDS.contains(&kind.as_str()),
            "supplies under [intake.events.sources.{name}]: {kind:?} is no kind of fact (nearest: {})",
            nearest.unwrap_or(&"none")
        );
    }
    Ok(())
}
