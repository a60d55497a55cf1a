//! Which role of a case system means what.

use std::collections::BTreeMap;

use contracts::chronology::InvolvementRole::{self, CaseHolder, ConferenceChair, Reviewer};

/// Codes as case systems are known to write them; `*` stands for any end.
const BUILT_IN: [(&str, InvolvementRole); 4] = [
    ("CW", CaseHolder),
    ("REL.ALLWORK*", CaseHolder),
    ("IRO", Reviewer),
    ("CPC", ConferenceChair),
];

/// Codes and what they mean; an authority's own come before those that are built in.
#[derive(Clone, Debug, Default)]
pub struct Roles {
    own: Vec<(String, InvolvementRole)>,
}

impl Roles {
    pub fn new(own: &BTreeMap<String, InvolvementRole>) -> Self {
        Self {
            own: own
                .iter()
                .map(|(code, role)| (code.clone(), *role))
                .collect(),
        }
    }

    /// What files say depends on it: read with another map they say something else.
    pub(super) fn mark(&self) -> String {
        let own = self.own.iter();
        let lines: Vec<_> = own.map(|(code, role)| format!("{code}={role:?}")).collect();
        lines.join(
            "
",
        )
    }

    /// None when nobody has said what this code means. The longest that fits is meant.
    pub fn of(&self, code: &str) -> Option<InvolvementRole> {
        let own = self
            .own
            .iter()
            .map(|(pattern, role)| (pattern.as_str(), *role));
        longest(own, code).or_else(|| longest(BUILT_IN.into_iter(), code))
    }
}

fn longest<'p>(
    patterns: impl Iterator<Item = (&'p str, InvolvementRole)>,
    code: &str,
) -> Option<InvolvementRole> {
    let fitting = patterns.filter(|(pattern, _)| fits(pattern, code));
    fitting
        .max_by_key(|(pattern, _)| pattern.len())
        .map(|(_, role)| role)
}

fn fits(pattern: &str, code: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => code
            .get(..beginning.len())
            .is_some_and(|begins| begins.eq_ignore_ascii_case(beginning)),
        None => pattern.eq_ignore_ascii_case(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_what_the_authority_says_else_what_the_case_system_is_known_for() {
        let own = [
            ("SW*", CaseHolder),
            ("SWA", InvolvementRole::Other),
            ("cw", Reviewer),
        ];
        let roles = Roles::new(&own.map(|(c, r)| (c.to_owned(), r)).into());
        for (code, want) in [
            ("rel.allworker.1", Some(CaseHolder)),
            ("REL.ALL", None),
            ("IRO", Some(Reviewer)),
            ("sw2", Some(CaseHolder)),
            ("SWA", Some(InvolvementRole::Other)),
            ("CW", Some(Reviewer)),
            ("DUTY", None),
            ("", None),
        ] {
            assert_eq!(roles.of(code), want, "{code}");
        }
        assert_eq!(Roles::default().of("cw"), Some(CaseHolder));
    }
}
