//! What a file and the environment say, setting by setting, not yet judged.

use std::ffi::OsString;

use toml::{
    Value,
    de::{DeTable, DeValue},
};

/// One setting as somebody wrote it.
pub(super) struct Given {
    pub(super) path: Vec<String>,
    pub(super) value: Raw,
    /// `evenkeel.toml line 7`, or the variable's name.
    pub(super) origin: String,
}

pub(super) enum Raw {
    Typed(Value),
    /// From the environment: becomes what its default is.
    Text(String),
}

/// Every value of a document, tables opened, with the line each key stands on.
pub(super) fn in_file(text: &str, name: &str) -> Result<Vec<Given>, String> {
    let document = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        format!("{name} line {line}: {}", error.message())
    })?;
    let values: toml::Table = toml::from_str(text).map_err(|error| format!("{name}: {error}"))?;
    let mut all = Vec::new();
    open(
        document.get_ref(),
        &values,
        &mut Vec::new(),
        &mut |path, start, value| {
            all.push(Given {
                path,
                value: Raw::Typed(value),
                origin: format!("{name} line {}", line_of(text, start)),
            });
        },
    );
    Ok(all)
}

/// Walks the document, which knows places, beside its values, which know types.
fn open(
    document: &DeTable<'_>,
    values: &toml::Table,
    path: &mut Vec<String>,
    found: &mut impl FnMut(Vec<String>, usize, Value),
) {
    for (key, value) in document {
        path.push(key.get_ref().to_string());
        match (value.get_ref(), values.get(key.get_ref().as_ref())) {
            (DeValue::Table(document), Some(Value::Table(values))) => {
                open(document, values, path, found);
            }
            (_, Some(value)) => found(path.clone(), key.span().start, value.clone()),
            (_, None) => {}
        }
        path.pop();
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count() + 1
}

/// Every variable that begins with `EVENKEEL_` and is meant to be a setting. A second underscore after the name is
/// taken too: it is easily written so.
pub(super) fn in_environment(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
    not_settings: &[&str],
) -> Vec<Given> {
    let mut all: Vec<_> = environment
        .into_iter()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, _)| !not_settings.contains(&name.as_str()))
        .filter_map(|(name, value)| {
            let path = name.strip_prefix("EVENKEEL_")?;
            let path = path.strip_prefix('_').unwrap_or(path).to_lowercase();
            Some(Given {
                path: path.split("__").map(str::to_owned).collect(),
                value: Raw::Text(value.to_string_lossy().into_owned()),
                origin: name,
            })
        })
        .collect();
    all.sort_by(|a, b| a.origin.cmp(&b.origin));
    all
}
