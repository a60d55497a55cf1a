//! What every handler works with: the rules, the calendar, and where an authority stands.

use std::sync::Arc;

use bus::{Context, Landscape};
use calendar::Calendar;
use contracts::{Authority, AuthorityCode, Envelope, Event, Token, TokenKey, ids};
use jiff::civil::Date;
use runtime::Clock;
use uuid::Uuid;

use crate::{
    Config, SERVICE,
    domain::{rules::Rules, running::Running},
};

pub(crate) struct Engine {
    pub(crate) rules: Rules,
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
}

impl Engine {
    pub(crate) fn new(context: &Context, config: &Config) -> Self {
        Self::with_rules(context, config, Rules::built_in())
    }

    pub(crate) fn with_rules(context: &Context, config: &Config, rules: Rules) -> Self {
        let calendar = Calendar::england_and_wales();
        Self {
            rules,
            calendar_print: ids::computed("calendar", &[&format!("{calendar:?}")]).to_string(),
            calendar,
            landscape: context.landscape.clone(),
            clock: context.clock.clone(),
            tokens: context.tokens.clone(),
            batch: config.batch.max(1),
        }
    }

    pub(crate) fn places(&self) -> Vec<Place> {
        let authorities = self.landscape.authorities();
        authorities
            .into_iter()
            .filter_map(|authority| {
                let today = self.landscape.today(&authority.authority)?;
                Some(Place { authority, today })
            })
            .collect()
    }

    /// One authority, or all when none is named.
    pub(crate) fn places_of(&self, code: Option<&AuthorityCode>) -> Vec<Place> {
        let mut places = self.places();
        places.retain(|p| code.is_none_or(|code| p.authority.authority == *code));
        places
    }

    /// Differs whenever children have to be worked out again although nothing new was recorded.
    pub(crate) fn print(&self, running: &Running<'_>) -> String {
        let rules = format!("{:?}", running.rules);
        ids::computed("reckoned-with", &[&rules, &self.calendar_print]).to_string()
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
