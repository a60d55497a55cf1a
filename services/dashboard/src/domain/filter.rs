//! Which clocks of a page somebody wants to see: by team, rule, state and time.

use contracts::{TeamId, commands::RuleStatus};
use jiff::civil::Date;
use serde::Deserialize;

use super::{Place, board::alphabetical, counts::Kind, links, rules};
use crate::read_model::Clock;

/// As it stands in the address. What cannot be read is as if it were not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    pub(crate) team: String,
    pub(crate) rule: String,
    pub(crate) state: String,
    pub(crate) from: String,
    pub(crate) by: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) team: Option<TeamId>,
    rule: Option<String>,
    state: Option<Kind>,
    /// Due on or after, and on or before.
    from: Option<Date>,
    by: Option<Date>,
}

/// One choice of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) chosen: bool,
}

/// The filter as a form shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FilterForm {
    /// Where it is asked from; without a question mark.
    pub(crate) action: String,
    /// None where the page is of one team.
    pub(crate) teams: Vec<Choice>,
    pub(crate) rules: Vec<Choice>,
    pub(crate) states: Vec<Choice>,
    pub(crate) from: String,
    pub(crate) by: String,
    pub(crate) on: bool,
}

const STATES: [(Kind, &str, &str); 4] = [
    (Kind::Late, "late", "Late, not recorded"),
    (Kind::Soon, "soon", "Due within 5 working days"),
    (Kind::Later, "coming", "Coming"),
    (Kind::Met, "recorded", "Recorded in the last 28 days"),
];

impl Filter {
    pub(crate) fn of(asked: &Asked) -> Self {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        let state = STATES.iter().find(|(_, value, _)| *value == asked.state);
        Self {
            team: given(&asked.team).map(TeamId::new),
            rule: given(&asked.rule),
            state: state.map(|(kind, ..)| *kind),
            from: asked.from.parse().ok(),
            by: asked.by.parse().ok(),
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        *self != Self::default()
    }

    pub(crate) fn keeps(&self, clock: &Clock, kind: Kind) -> bool {
        self.rule.as_ref().is_none_or(|rule| *rule == clock.rule.id)
            && self.state.is_none_or(|state| state == kind)
            && self.from.is_none_or(|from| from <= clock.due_date)
            && self.by.is_none_or(|by| clock.due_date <= by)
    }

    /// Only the team: where small numbers are not shown, asking twice and subtracting must not give them back.
    pub(crate) fn team_only(&self) -> Self {
        Self {
            team: self.team.clone(),
            ..Self::default()
        }
    }

    pub(crate) fn keeps_team(&self, team: &TeamId) -> bool {
        self.team.as_ref().is_none_or(|wanted| wanted == team)
    }

    /// What follows an address to ask the same of another page, beginning with `?` if there is anything.
    pub(crate) fn query(&self) -> String {
        let state = STATES.iter().find(|(kind, ..)| Some(*kind) == self.state);
        let parts = [
            ("rule", self.rule.clone()),
            ("state", state.map(|(_, value, _)| (*value).to_owned())),
            ("from", self.from.map(|day| day.to_string())),
            ("by", self.by.map(|day| day.to_string())),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", links::encoded(&value?))))
            .collect();
        if parts.is_empty() {
            String::new()
        } else {
            format!("?{}", parts.join("&"))
        }
    }

    /// `teams` to choose from, with their names.
    pub(crate) fn form(
        &self,
        place: &Place<'_>,
        action: String,
        teams: impl IntoIterator<Item = (TeamId, String)>,
    ) -> FilterForm {
        let day = |day: Option<Date>| day.map(|d| d.to_string()).unwrap_or_default();
        let choice = |value: String, text: String, chosen: bool| Choice {
            value,
            text,
            chosen,
        };
        let teams = teams.into_iter().map(|(team, name)| {
            let chosen = self.team.as_ref() == Some(&team);
            choice(team.to_string(), name, chosen)
        });
        let known = place.children.rules();
        let rules = known.iter().map(|(rule, title)| {
            let chosen = self.rule.as_deref() == Some(*rule);
            let alike = known.values().filter(|other| *other == title).count() > 1;
            let text = if alike {
                format!("{title} ({rule})")
            } else {
                (*title).to_owned()
            };
            choice((*rule).to_owned(), text, chosen)
        });
        let states = STATES.iter().map(|(kind, value, text)| {
            let chosen = self.state == Some(*kind);
            choice((*value).to_owned(), (*text).to_owned(), chosen)
        });
        FilterForm {
            action,
            teams: sorted(teams),
            rules: sorted(rules),
            states: states.collect(),
            from: day(self.from),
            by: day(self.by),
            on: self.is_on(),
        }
    }
}

impl FilterForm {
    /// With each rule under the name that no other has, where it is known.
    pub(crate) fn named(mut self, known: &[RuleStatus]) -> Self {
        for choice in &mut self.rules {
            if let Some(rule) = known.iter().find(|rule| rule.id == choice.value) {
                rules::name(rule).clone_into(&mut choice.text);
            }
        }
        self.rules = sorted(self.rules.into_iter());
        self
    }
}

fn sorted(choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = choices.collect();
    choices.sort_by(|a, b| alphabetical(&a.text, &b.text).then_with(|| a.value.cmp(&b.value)));
    choices
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        domain::{
            counts,
            fixture::{Fixture, held, met, open},
        },
        read_model::Children,
    };

    fn asked(rule: &str, state: &str, from: &str, by: &str) -> Asked {
        let [rule, state, from, by] = [rule, state, from, by].map(str::to_owned);
        Asked {
            team: String::new(),
            rule,
            state,
            from,
            by,
        }
    }

    /// How many of a late, a soon, a later and a recorded clock it keeps.
    fn kept(asked: &Asked) -> usize {
        let fixture = Fixture::new();
        let place = fixture.place();
        let mut children = Children::default();
        let due = [(5, 1), (5, 9), (6, 2)].map(|(month, day)| open(date(2025, month, day)));
        let all = due.into_iter().chain([met(date(2025, 4, 28))]).collect();
        children.apply(held("1", "w1", all));
        let filter = Filter::of(asked);
        let (_, child) = children.living().next().unwrap();
        let kind = |clock| counts::kind(clock, place.today, place.soon_until());
        child
            .clocks
            .iter()
            .filter(|clock| kind(clock).is_some_and(|kind| filter.keeps(clock, kind)))
            .count()
    }

    #[test]
    fn a_filter_keeps_what_was_asked_for() {
        let first = "en.cla.first-review";
        for (name, asked, expected) in [
            ("nothing asked", asked("", "", "", ""), 4),
            ("the rule", asked(first, "", "", ""), 4),
            ("another rule", asked("en.cp.visit", "", "", ""), 0),
            ("late", asked("", "late", "", ""), 1),
            ("recorded", asked("", "recorded", "", ""), 1),
            ("due by", asked("", "", "", "2025-05-09"), 3),
            ("due from", asked("", "", "2025-05-09", ""), 2),
            ("between", asked("", "", "2025-05-02", "2025-05-31"), 1),
            (
                "all together",
                asked(first, "soon", "2025-05-09", "2025-05-09"),
                1,
            ),
            (
                "what cannot be read",
                asked("", "sideways", "soon", "31/05/2025"),
                4,
            ),
        ] {
            assert_eq!(kept(&asked), expected, "{name}");
        }
    }

    #[test]
    fn rules_of_one_title_are_told_apart() {
        let fixture = Fixture::new();
        let mut children = Children::default();
        let visits = ["en.cla.visit", "en.adoption.visit"].map(|rule| {
            let mut visit = open(date(2025, 5, 9));
            visit.rule.id = rule.into();
            visit.rule.title = "Visit".into();
            visit
        });
        children.apply(held("1", "w1", visits.into()));
        let place = Place {
            children: &children,
            ..fixture.place()
        };
        let form = Filter::default().form(&place, String::new(), []);
        let texts = |form: &FilterForm| {
            form.rules
                .iter()
                .map(|r| r.text.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            texts(&form),
            ["Visit (en.adoption.visit)", "Visit (en.cla.visit)"],
            "while nobody says more of them"
        );
        let name = |rule, name| rules::tests::status(rule, name, true, "");
        let known = [
            name("en.adoption.visit", "Visit to a child placed for adoption"),
            name("en.cla.visit", "Visit to a child looked after"),
        ];
        assert_eq!(
            texts(&form.named(&known)),
            [
                "Visit to a child looked after",
                "Visit to a child placed for adoption"
            ]
        );
    }

    #[test]
    fn an_address_asks_the_same_again() {
        let filter = Filter::of(&asked("en.cp.visit", "late", "2025-05-01", ""));
        assert_eq!(
            filter.query(),
            "?rule=en.cp.visit&state=late&from=2025-05-01"
        );
        assert_eq!(Filter::default().query(), "");
        assert!(filter.is_on() && !Filter::default().is_on());
    }
}
