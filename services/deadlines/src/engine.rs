//! What every handler works with: the rules, the calendar, and where an authority stands.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use bus::{Context, Landscape, Refusal};
use calendar::Calendar;
use contracts::{
    Authority, AuthorityCode, Envelope, Event, SupervisionRecord, Token, TokenKey, ids,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use runtime::Clock;
use uuid::Uuid;

use crate::{
    Config, SERVICE,
    domain::{overrides::Overrides, rules::Rules, running::Running},
    override_files::OverrideFiles,
};

pub(crate) struct Engine {
    pub(crate) rules: Rules,
    /// The rules of authorities that have limits of their own.
    here: BTreeMap<AuthorityCode, Rules>,
    overrides: OverrideFiles,
    pub(crate) calendar: Calendar,
    pub(crate) landscape: Arc<Landscape>,
    pub(crate) clock: Clock,
    pub(crate) tokens: TokenKey,
    pub(crate) batch: usize,
    /// Changes when a due date might: with the bank holidays.
    calendar_print: String,
}

/// An authority on its own day.
pub(crate) struct Place {
    pub(crate) authority: Arc<Authority>,
    pub(crate) today: Date,
    pub(crate) overrides: Arc<Overrides>,
}

impl Engine {
    pub(crate) fn new(context: &Context, config: &Config) -> Self {
        let (rules, calendar) = (Rules::built_in(), Calendar::england_and_wales());
        Self {
            here: config.local.rules(&rules),
            rules,
            overrides: OverrideFiles::default(),
            calendar_print: ids::computed("calendar", &[&format!("{calendar:?}")]).to_string(),
            calendar,
            landscape: context.landscape.clone(),
            clock: context.clock.clone(),
            tokens: context.tokens.clone(),
            batch: config.batch.max(1),
        }
    }

    /// With what authorities have decided about single children, from the files of a folder.
    pub(crate) fn with_overrides(self, folder: &Path) -> anyhow::Result<Self> {
        let overrides = OverrideFiles::open(folder, &self.rules)?;
        Ok(Self { overrides, ..self })
    }

    pub(crate) fn rules_of(&self, authority: &AuthorityCode) -> &Rules {
        self.here.get(authority).unwrap_or(&self.rules)
    }

    pub(crate) fn running<'a>(&'a self, place: &'a Place, day: Date) -> Running<'a> {
        let rules = self.rules_of(&place.authority.authority);
        Running::of(rules, &place.authority, day).with(&place.overrides)
    }

    /// Reads overrides again if they have changed; true where they can.
    pub(crate) fn look_at_overrides(&self) -> bool {
        self.overrides.look(&self.rules);
        self.overrides.is_watched()
    }

    pub(crate) fn places(&self) -> Vec<Place> {
        let authorities = self.landscape.authorities();
        authorities
            .into_iter()
            .filter_map(|authority| {
                let today = self.landscape.today(&authority.authority)?;
                let overrides = self.overrides.of(&authority.authority);
                Some(Place {
                    authority,
                    today,
                    overrides,
                })
            })
            .collect()
    }

    /// One authority, or all when none is named.
    pub(crate) fn places_of(&self, code: Option<&AuthorityCode>) -> Vec<Place> {
        let mut places = self.places();
        places.retain(|p| code.is_none_or(|code| p.authority.authority == *code));
        places
    }

    /// A no to who asks about an authority that is not here.
    pub(crate) fn unknown(&self, code: &AuthorityCode) -> Refusal {
        let known: Vec<_> = self
            .places()
            .into_iter()
            .map(|p| p.authority.authority.clone())
            .collect();
        Refusal(contracts::authority::unknown(code, &known))
    }

    /// Differs whenever people have to be worked out again although nothing new was recorded of them.
    pub(crate) fn print_of_workers(
        &self,
        running: &Running<'_>,
        record: Option<&SupervisionRecord>,
    ) -> String {
        let rules = format!("{:?}", running.rules);
        let since = format!("{:?}", record.map(|record| record.since));
        let parts = [&*rules, &self.calendar_print, &since];
        ids::computed("reckoned-with", &parts).to_string()
    }

    /// Differs whenever children have to be worked out again although nothing new was recorded.
    pub(crate) fn print(&self, running: &Running<'_>) -> String {
        let rules = format!("{:?}", (&running.rules, &running.any_visit));
        let overrides = running.overrides.filter(|o| !o.0.is_empty());
        let overrides = overrides.map_or_else(String::new, |o| format!("{o:?}"));
        let parts = [&*rules, &self.calendar_print, &overrides];
        ids::computed("reckoned-with", &parts).to_string()
    }

    /// Machine time of the next midnight by real clocks; a pinned clock moves with the landscape.
    pub(crate) fn next_midnight(&self) -> Option<Timestamp> {
        let now = self.clock.now();
        let zone = calendar::london();
        let tomorrow = now.to_zoned(zone).date().checked_add(1.day()).ok()?;
        let midnight = tomorrow.to_zoned(calendar::london()).ok()?.timestamp();
        let machine = self.clock.machine_now();
        machine.checked_add(midnight.duration_since(now)).ok()
    }

    pub(crate) fn envelope<E: Event>(
        &self,
        id: Uuid,
        authority: &AuthorityCode,
        token: &Token,
        event: &E,
    ) -> Envelope {
        let now = self.clock.machine_now();
        Envelope::new(id, SERVICE, authority, token, now, event)
    }
}
