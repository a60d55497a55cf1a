//! Authorities, people and teams in memory: every service routes and dates by them.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use contracts::{
    Authority, AuthorityCode, ClockSetting, ClockStepped, Envelope, Event, Organisation, Person,
    SupervisionRecord, Team,
    streams::{AUTHORITY, ORGANISATION},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use runtime::{Clock, Tasks};
use tokio::sync::watch;

use crate::{Bus, follow::Followed};

/// Whose troubles those of the landscape are; every service tells of them.
pub(crate) const LANDSCAPE: &str = "landscape";

/// What the state streams `AUTHORITY` and `ORGANISATION` say, the newest of each.
pub struct Landscape {
    clock: Clock,
    places: RwLock<BTreeMap<AuthorityCode, Place>>,
    version: watch::Sender<u64>,
    /// How often people or teams have changed.
    organisations: AtomicU64,
    followed: RwLock<Vec<Followed>>,
}

#[derive(Clone, Default)]
struct Place {
    authority: Option<Arc<Authority>>,
    /// To which moment a stepped clock was set last.
    stepped: Option<Timestamp>,
    organisation: Arc<Organisation>,
    supervision: Option<Arc<SupervisionRecord>>,
}

/// All our authorities keep this time.
pub fn time_zone() -> TimeZone {
    calendar::london()
}

impl Landscape {
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            places: RwLock::default(),
            version: watch::Sender::new(0),
            organisations: AtomicU64::new(0),
            followed: RwLock::default(),
        }
    }

    /// Reads both streams, then follows them in the background.
    pub async fn follow(self: &Arc<Self>, bus: &Bus, tasks: &Tasks) -> anyhow::Result<()> {
        for stream in [&AUTHORITY, &ORGANISATION] {
            let landscape = self.clone();
            let followed = bus
                .follow(LANDSCAPE, stream, tasks, move |envelope| {
                    landscape.apply(envelope).map(drop)
                })
                .await?;
            let mut all = self
                .followed
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            all.push(followed);
        }
        Ok(())
    }

    /// How many messages of the two streams have not been applied yet.
    pub(crate) async fn unread(&self, bus: &Bus) -> anyhow::Result<u64> {
        let all = self
            .followed
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut unread = 0;
        for followed in all {
            unread += followed.unread(bus).await?;
        }
        Ok(unread)
    }

    /// Takes one state message; older revisions change nothing.
    pub fn apply(&self, envelope: &Envelope) -> Result<bool, contracts::EnvelopeError> {
        let changed = match envelope.event_type.as_str() {
            Authority::TYPE => self.apply_authority(envelope.decode()?),
            ClockStepped::TYPE => self.apply_step(&envelope.decode()?),
            Person::TYPE => {
                let person: Person = envelope.decode()?;
                self.change_organisation(&person.authority.clone(), |o| o.apply_person(person))
            }
            Team::TYPE => {
                let team: Team = envelope.decode()?;
                self.change_organisation(&team.authority.clone(), |o| o.apply_team(team))
            }
            SupervisionRecord::TYPE => self.apply_supervision(envelope.decode()?),
            // The days of each person are for the one service that counts from them.
            _ => false,
        };
        if changed {
            self.version.send_modify(|n| *n += 1);
        }
        Ok(changed)
    }

    fn apply_authority(&self, authority: Authority) -> bool {
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        let place = places.entry(authority.authority.clone()).or_default();
        let newer = place
            .authority
            .as_ref()
            .is_none_or(|held| held.revision < authority.revision);
        if newer {
            place.authority = Some(Arc::new(authority));
        }
        newer
    }

    fn apply_step(&self, step: &ClockStepped) -> bool {
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        let place = places.entry(step.authority.clone()).or_default();
        let newer = place.stepped.is_none_or(|held| held < step.at);
        if newer {
            place.stepped = Some(step.at);
        }
        newer
    }

    fn apply_supervision(&self, record: SupervisionRecord) -> bool {
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        let place = places.entry(record.authority.clone()).or_default();
        let held = place.supervision.as_ref();
        let newer = held.is_none_or(|held| held.revision < record.revision);
        if newer {
            place.supervision = Some(Arc::new(record));
        }
        newer
    }

    fn change_organisation(
        &self,
        code: &AuthorityCode,
        change: impl FnOnce(&mut Organisation) -> bool,
    ) -> bool {
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        let place = places.entry(code.clone()).or_default();
        let changed = change(Arc::make_mut(&mut place.organisation));
        if changed {
            self.organisations.fetch_add(1, Ordering::AcqRel);
        }
        changed
    }

    fn place(&self, code: &AuthorityCode) -> Place {
        self.places
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(code)
            .cloned()
            .unwrap_or_default()
    }

    pub fn authority(&self, code: &AuthorityCode) -> Option<Arc<Authority>> {
        self.place(code).authority
    }

    pub fn authorities(&self) -> Vec<Arc<Authority>> {
        let places = self.places.read().unwrap_or_else(PoisonError::into_inner);
        places
            .values()
            .filter_map(|p| p.authority.clone())
            .collect()
    }

    pub fn organisation(&self, code: &AuthorityCode) -> Arc<Organisation> {
        self.place(code).organisation
    }

    /// From which day on an authority's supervision is recorded; none: it is not.
    pub fn supervision(&self, code: &AuthorityCode) -> Option<Arc<SupervisionRecord>> {
        let record = self.place(code).supervision;
        record.filter(|record| !record.removed)
    }

    /// Domain time of an authority; none while nothing is known of it.
    pub fn now(&self, code: &AuthorityCode) -> Option<Timestamp> {
        let place = self.place(code);
        Some(match place.authority?.clock {
            ClockSetting::Real => self.clock.now(),
            ClockSetting::Pinned(at) => at,
            ClockSetting::Stepped(at) => place.stepped.map_or(at, |stepped| stepped.max(at)),
        })
    }

    /// Domain day of an authority, in local time.
    pub fn today(&self, code: &AuthorityCode) -> Option<Date> {
        Some(self.now(code)?.to_zoned(time_zone()).date())
    }

    /// Rises with every change of people and teams.
    pub fn organisations_version(&self) -> u64 {
        self.organisations.load(Ordering::Acquire)
    }

    /// Rises with every change.
    pub fn version(&self) -> u64 {
        *self.version.borrow()
    }

    pub fn watch(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }
}
