//! What every handler works with: settings, and where an authority stands.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use bus::{Context, Landscape};
use calendar::Calendar;
use contracts::{
    Authority, AuthorityCode, Envelope, Event, Organisation, Token, TokenKey, ids,
    message::{LineChange, Message, MessageChanged, NoticeRevision, Recipient},
    notice::Notice,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use runtime::Clock;
use uuid::Uuid;

use crate::{
    Config, SERVICE,
    domain::{
        batch::BatchState,
        child::Recorded,
        scene::{Scene, Settings},
        stages::brake::Limits,
    },
    metrics::Metrics,
};

pub(crate) struct Desk {
    pub(crate) settings: Settings,
    pub(crate) limits: Limits,
    pub(crate) usual_batches: usize,
    pub(crate) batch: usize,
    pub(crate) settle: SignedDuration,
    pub(crate) patience: SignedDuration,
    pub(crate) landscape: Arc<Landscape>,
    pub(crate) clock: Clock,
    pub(crate) metrics: Metrics,
    tokens: TokenKey,
}

/// An authority at its own moment.
pub(crate) struct Place {
    pub(crate) authority: Arc<Authority>,
    pub(crate) organisation: Arc<Organisation>,
    calendar: Calendar,
    pub(crate) now: Timestamp,
    pub(crate) today: Date,
}

impl Place {
    pub(crate) fn code(&self) -> &AuthorityCode {
        &self.authority.authority
    }

    pub(crate) fn scene<'a>(
        &'a self,
        desk: &'a Desk,
        batches: &'a BTreeMap<u64, BatchState>,
        recorded: Recorded,
    ) -> Scene<'a> {
        Scene {
            settings: &desk.settings,
            calendar: &self.calendar,
            authority: &self.authority,
            organisation: &self.organisation,
            now: self.now,
            today: self.today,
            batches,
            recorded,
        }
    }
}

impl Desk {
    pub(crate) fn new(
        context: &Context,
        config: &Config,
        metrics: &Metrics,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            settings: config.settings()?,
            limits: config.limits(),
            usual_batches: config.usual_batches,
            batch: config.batch.max(1),
            settle: SignedDuration::from_millis(config.settle_ms.into()),
            patience: SignedDuration::from_secs(config.patience_s.into()),
            landscape: context.landscape.clone(),
            clock: context.clock.clone(),
            metrics: metrics.clone(),
            tokens: context.tokens.clone(),
        })
    }

    pub(crate) fn places(&self) -> Vec<Place> {
        let authorities = self.landscape.authorities();
        authorities
            .into_iter()
            .filter_map(|authority| self.place(authority))
            .collect()
    }

    pub(crate) fn place_of(&self, code: &AuthorityCode) -> Option<Place> {
        self.place(self.landscape.authority(code)?)
    }

    fn place(&self, authority: Arc<Authority>) -> Option<Place> {
        let code = &authority.authority;
        let now = self.landscape.now(code)?;
        Some(Place {
            organisation: self.landscape.organisation(code),
            calendar: self.settings.calendar(code),
            now,
            today: now.to_zoned(calendar::london()).date(),
            authority,
        })
    }

    /// Differs whenever matters may have to be routed again although nothing new was heard of them.
    pub(crate) fn print(&self, place: &Place) -> String {
        let mut hash = DefaultHasher::new();
        for person in place.organisation.people() {
            (&person.staff_id, person.revision).hash(&mut hash);
        }
        for team in place.organisation.teams() {
            (&team.team_id, team.revision).hash(&mut hash);
        }
        format!("{:?}", self.settings).hash(&mut hash);
        place.authority.clock.has_no_tomorrow().hash(&mut hash);
        format!("{:016x}", hash.finish())
    }

    /// Machine time of a domain moment in a place whose clock goes on.
    pub(crate) fn machine_time(&self, place: &Place, moment: Timestamp) -> Option<Timestamp> {
        self.clock
            .machine_now()
            .checked_add(moment.duration_since(place.now))
            .ok()
    }

    pub(crate) fn message(&self, message: &Message) -> Envelope {
        let code = &message.authority;
        let token = match &message.recipient {
            Recipient::Person { staff_id, .. } => self.tokens.person(code, staff_id),
            Recipient::TeamMailbox { team, .. } => self.tokens.token(code, "team", team.as_str()),
        };
        self.envelope(message.id, code, &token, message)
    }

    pub(crate) fn changed(
        &self,
        code: &AuthorityCode,
        notice: NoticeRevision,
        change: LineChange,
    ) -> Envelope {
        let revision = notice.revision.to_string();
        let id = ids::computed("message.changed", &[&notice.notice.to_string(), &revision]);
        let event = MessageChanged {
            authority: code.clone(),
            notice,
            change,
        };
        self.envelope(id, code, &self.notice_token(code, notice.notice), &event)
    }

    pub(crate) fn notice(&self, notice: &Notice) -> Envelope {
        let token = self.notice_token(&notice.authority, notice.id);
        let mut envelope = self.envelope(Uuid::nil(), &notice.authority, &token, notice);
        envelope.id = ids::state(&envelope.subject, notice.revision);
        envelope
    }

    fn notice_token(&self, code: &AuthorityCode, notice: Uuid) -> Token {
        self.tokens.token(code, "notice", &notice.to_string())
    }

    fn envelope<E: Event>(
        &self,
        id: Uuid,
        code: &AuthorityCode,
        token: &Token,
        event: &E,
    ) -> Envelope {
        Envelope::new(id, SERVICE, code, token, self.clock.machine_now(), event)
    }
}
