//! Which settings there are, and of what kind: what the compiled defaults say.

use toml::{Table, Value};

use super::given::{Given, Raw};

pub(super) struct Known {
    defaults: Table,
    /// Dotted paths of all sections and settings.
    paths: Vec<String>,
}

impl Known {
    pub(super) fn new(documents: &[&str]) -> Self {
        let mut defaults = Table::new();
        for document in documents {
            let document: Table =
                toml::from_str(document).expect("compiled defaults are TOML, as their tests show");
            merge(&mut defaults, document);
        }
        let mut paths = Vec::new();
        list(&defaults, "", &mut paths);
        Self { defaults, paths }
    }

    pub(super) fn defaults(&self) -> &Table {
        &self.defaults
    }

    /// The value to use, of the kind its default is; else what is wrong with it, never what was written: it may be a
    /// secret in the wrong place.
    pub(super) fn accept(&self, given: &Given) -> Result<Value, String> {
        let mut table = &self.defaults;
        for (depth, name) in given.path.iter().enumerate() {
            let inside = &given.path[..=depth];
            match table.get(name) {
                Some(Value::Table(section)) if depth + 1 < given.path.len() => {
                    if section.is_empty() {
                        return Ok(given.value.clone_as_is());
                    }
                    table = section;
                }
                Some(default) if depth + 1 == given.path.len() => {
                    return given.value.to_kind_of(default).ok_or_else(|| {
                        format!(
                            "{}: {} must be {}",
                            given.origin,
                            inside.join("."),
                            kind(default)
                        )
                    });
                }
                Some(default) => {
                    let (setting, kind) = (inside.join("."), kind(default));
                    return Err(format!(
                        "{}: {setting} is {kind}, not a section",
                        given.origin
                    ));
                }
                None => return Err(self.unknown(given, inside)),
            }
        }
        Err(format!("{} names no setting", given.origin))
    }

    /// Settings beside which the same name with `_file` stands.
    pub(super) fn secrets(&self) -> Vec<Vec<String>> {
        let is_secret = |path: &&String| self.paths.contains(&format!("{path}_file"));
        let split = |path: &String| path.split('.').map(str::to_owned).collect();
        self.paths.iter().filter(is_secret).map(split).collect()
    }

    fn unknown(&self, given: &Given, inside: &[String]) -> String {
        let in_environment = matches!(given.value, Raw::Text(_));
        let (origin, near) = (&given.origin, self.nearest(&inside.join(".")));
        if in_environment {
            let near =
                near.map(|near| variable(&near.split('.').map(str::to_owned).collect::<Vec<_>>()));
            format!("{origin} is not a setting{}", meant(near))
        } else {
            format!(
                "{origin}: {} is not a setting{}",
                inside.join("."),
                meant(near.cloned())
            )
        }
    }

    /// The known path most like this one; one of the same name elsewhere before all others.
    fn nearest(&self, path: &str) -> Option<&String> {
        let likeness = |known: &String| {
            if known.rsplit('.').next() == path.rsplit('.').next() {
                return 1.0 + strsim::normalized_damerau_levenshtein(known, path);
            }
            strsim::normalized_damerau_levenshtein(
                &known.replace('.', "_"),
                &path.replace('.', "_"),
            )
        };
        self.paths
            .iter()
            .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
    }
}

impl Raw {
    fn clone_as_is(&self) -> Value {
        match self {
            Self::Typed(value) => value.clone(),
            Self::Text(text) => Value::String(text.clone()),
        }
    }

    fn to_kind_of(&self, default: &Value) -> Option<Value> {
        match self {
            Self::Typed(value) => typed(value, default),
            Self::Text(text) => parsed(text, default),
        }
    }
}

fn typed(value: &Value, default: &Value) -> Option<Value> {
    match (default, value) {
        #[expect(clippy::cast_precision_loss, reason = "settings are small numbers")]
        (Value::Float(_), Value::Integer(whole)) => Some(Value::Float(*whole as f64)),
        _ => default.same_type(value).then(|| value.clone()),
    }
}

fn parsed(text: &str, default: &Value) -> Option<Value> {
    match default {
        Value::String(_) => Some(Value::String(text.to_owned())),
        Value::Integer(_) => text.trim().parse().ok().map(Value::Integer),
        Value::Float(_) => text.trim().parse().ok().map(Value::Float),
        Value::Boolean(_) => text.trim().to_lowercase().parse().ok().map(Value::Boolean),
        Value::Datetime(_) => text.trim().parse().ok().map(Value::Datetime),
        Value::Array(_) => Some(list_of(text)),
        Value::Table(_) => None,
    }
}

/// `["a", "b"]` as in a file, or `a, b`.
fn list_of(text: &str) -> Value {
    let as_in_a_file = toml::from_str::<Table>(&format!("list = {text}"));
    match as_in_a_file.ok().and_then(|mut table| table.remove("list")) {
        Some(list @ Value::Array(_)) => list,
        _ => text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(|item| Value::String(item.to_owned()))
            .collect::<Vec<_>>()
            .into(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text, in quotes",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date or time",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
    }
}

fn meant(near: Option<String>) -> String {
    near.map(|near| format!("; did you mean {near}?"))
        .unwrap_or_default()
}

/// The variable that sets a path.
pub(super) fn variable(path: &[String]) -> String {
    format!("EVENKEEL_{}", path.join("__").to_uppercase())
}

fn merge(into: &mut Table, from: Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Table(into)), Value::Table(from)) => merge(into, from),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

fn list(table: &Table, before: &str, paths: &mut Vec<String>) {
    for (key, value) in table {
        let path = format!("{before}{key}");
        if let Value::Table(inside) = value {
            list(inside, &format!("{path}."), paths);
        }
        paths.push(path);
    }
}
