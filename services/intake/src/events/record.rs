//! Events of one source and what comes of them, in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use bus::{landscape::time_zone, outbox};
use contracts::{
    ChildId, Entry, Envelope, StaffId, SupervisionTold, chronology::MAX_CHRONOLOGY_BYTES,
};
use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp, civil::Date};
use sha2::{Digest, Sha256};
use store::{Scoped, Tx};
use uuid::Uuid;

use super::{Source, Teller};
use crate::{
    domain::{
        authority,
        chronology::merge,
        supervision,
        told::{self, Tells},
    },
    publish,
    store::{self as rows, Head, Said},
};

/// What came of events that were taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) new: u64,
    /// Taken in before, by source and id: they changed nothing.
    pub(crate) already: u64,
}

/// Why none of the events was taken in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Untold {
    /// Which, from 0, and why.
    #[error("{} of the events cannot be taken in", .0.len())]
    Refused(Vec<(usize, String)>),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Untold {
    fn one(at: usize, why: impl Into<String>) -> Self {
        Self::Refused(vec![(at, why.into())])
    }
}

/// A sender's clock may be a little fast. What is told as of later would shut out every correction until then.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Entries of a child by source.
type BySource = Vec<(String, Vec<Entry>)>;

/// One event that is new.
struct New<'e> {
    /// Among those that came.
    at: usize,
    event: &'e Envelope,
    content: String,
    tells: Tells,
}

/// What one event tells of a child, and its place among those that came.
type OfChild<'n> = (usize, &'n told::Told);

/// What is to be written.
#[derive(Default)]
struct Changed {
    said: Vec<Said>,
    revisions: Vec<(ChildId, u64)>,
    chronologies: Vec<Envelope>,
    children_new: u64,
    facts: BTreeMap<rows::FactId, Timestamp>,
}

impl Teller {
    /// Takes events in, all or none. The caller commits.
    pub(crate) async fn take_in(
        &self,
        tx: &mut Tx,
        source: &Source,
        events: &[Envelope],
    ) -> Result<Told, Untold> {
        let now = self.context.clock.machine_now();
        let read = read(source, events, now)?;
        let code = &source.authority;
        let mut scoped = tx.authority(code);
        let state = rows::lock(&mut scoped).await?;
        let new = not_known(&mut scoped, source, read).await?;
        let told = Told {
            new: new.len() as u64,
            already: (events.len() - new.len()) as u64,
        };
        if new.is_empty() {
            return Ok(told);
        }
        let is_known = |s: &contracts::SourceState| s.source == source.said_by();
        let known = state
            .as_ref()
            .is_some_and(|s| s.sources.iter().any(is_known));
        let state = state.unwrap_or_else(|| authority::unknown(code));
        let (mut of_children, mut of_workers) = (Vec::new(), Vec::new());
        for one in &new {
            match &one.tells {
                Tells::OfChild(told) => of_children.push((one.at, told)),
                Tells::OfWorker(told) => of_workers.push(told),
            }
        }
        let mut publish = self.of_workers(&mut scoped, source, &of_workers).await?;
        let changed = self
            .changes(&mut scoped, source, &of_children, state.revision + 1)
            .await?;
        let said_by = source.said_by();
        rows::put_said(&mut scoped, &said_by, &changed.said).await?;
        rows::put_children(&mut scoped, &changed.revisions).await?;
        let events: Vec<_> = new
            .iter()
            .map(|n| (n.event.id, n.content.clone()))
            .collect();
        rows::put_told(&mut scoped, &said_by, &events, &changed.facts, now).await?;
        if changed.revisions.is_empty() && (known || of_children.is_empty()) {
            outbox::put(tx, &publish).await?;
            return Ok(told);
        }
        let accepted = authority::Told {
            source: &said_by,
            as_at: self.today(source),
            at: now,
            supplies: &source.supplies,
            children_new: changed.children_new,
            children_changed: changed.revisions.len() as u64,
        };
        let state = authority::after_told(state, &accepted);
        rows::save(&mut scoped, &state).await?;
        publish.extend(changed.chronologies);
        publish.push(publish::authority(&self.context, &state));
        outbox::put(tx, &publish).await?;
        Ok(told)
    }

    async fn changes(
        &self,
        scoped: &mut Scoped<'_>,
        source: &Source,
        new: &[OfChild<'_>],
        authority_revision: u64,
    ) -> Result<Changed, Untold> {
        let mut by_child: BTreeMap<&ChildId, Vec<OfChild<'_>>> = BTreeMap::new();
        for one in new {
            by_child.entry(&one.1.child).or_default().push(*one);
        }
        let ids: Vec<ChildId> = by_child.keys().map(|child| (*child).clone()).collect();
        let said_by = source.said_by();
        let mut known = rows::said(scoped, &ids).await?;
        let revisions = rows::revisions(scoped, &ids).await?;
        let last = rows::facts(scoped, &said_by, &ids).await?;
        let mut changed = Changed {
            facts: last.clone(),
            ..Changed::default()
        };
        let today = self.today(source);
        for (child, new) in by_child {
            let known: BySource = known.remove(child).unwrap_or_default();
            let Some((own, all)) = after(known, &said_by, &new, today, &mut changed.facts) else {
                continue;
            };
            let before = revisions.get(child).copied();
            let revision = before.unwrap_or(0) + 1;
            let entries = merge(all, &self.precedence);
            let chronology = publish::chronology(
                &self.context,
                (&source.authority, child),
                (revision, authority_revision),
                entries,
            );
            if chronology.data.len() > MAX_CHRONOLOGY_BYTES {
                return Err(Untold::one(new[0].0, TOO_LARGE));
            }
            changed.chronologies.push(chronology);
            changed.revisions.push((child.clone(), revision));
            changed.children_new += u64::from(before.is_none());
            changed.said.push(Said {
                child: child.clone(),
                head: Head {
                    digest: String::new(),
                    loose: own.len() as u64,
                },
                entries: own,
            });
        }
        changed.facts.retain(|fact, at| last.get(fact) != Some(at));
        Ok(changed)
    }

    /// What events told of supervision: kept, and what to pass on to the directory.
    async fn of_workers(
        &self,
        scoped: &mut Scoped<'_>,
        source: &Source,
        new: &[&supervision::Told],
    ) -> Result<Vec<Envelope>, Untold> {
        let people: BTreeSet<StaffId> = new.iter().map(|told| told.staff_id.clone()).collect();
        let people: Vec<StaffId> = people.into_iter().collect();
        let (said_by, today) = (source.said_by(), self.today(source));
        let mut known = rows::told_supervision(scoped, &people).await?;
        let before = rows::told_revisions(scoped, &people).await?;
        let mut changed = BTreeSet::new();
        for told in new {
            let of_person = known.entry(told.staff_id.clone()).or_default();
            if supervision::apply(of_person, told, &said_by, today) {
                changed.insert(&told.staff_id);
            }
        }
        let (mut revisions, mut publish) = (Vec::new(), Vec::new());
        for staff in changed {
            let revision = before.get(staff).copied().unwrap_or(0) + 1;
            let held = known.get(staff).map(supervision::passed_on);
            revisions.push((staff.clone(), revision));
            let told = SupervisionTold {
                authority: source.authority.clone(),
                staff_id: staff.clone(),
                revision,
                held: held.unwrap_or_default(),
            };
            publish.push(publish::supervision(&self.context, &told));
        }
        rows::put_told_supervision(scoped, &said_by, &known, &revisions).await?;
        Ok(publish)
    }

    fn today(&self, source: &Source) -> Date {
        let today = self.context.landscape.today(&source.authority);
        today.unwrap_or_else(|| self.context.clock.now().to_zoned(time_zone()).date())
    }
}

/// All of them, or which cannot be taken in.
fn read<'e>(
    source: &Source,
    events: &'e [Envelope],
    now: Timestamp,
) -> Result<Vec<New<'e>>, Untold> {
    let (mut read, mut refused) = (Vec::new(), Vec::new());
    for (at, event) in events.iter().enumerate() {
        let too_early = event.time > now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
        let told = told::read(
            &event.event_type,
            &event.data,
            &source.authority,
            event.time,
        );
        match told {
            Ok(_) if too_early => refused.push((
                at,
                "its time is more than a day ahead: set the sender's clock".to_owned(),
            )),
            Ok(tells) => read.push(New {
                at,
                content: content(event),
                event,
                tells,
            }),
            Err(why) => refused.push((at, why)),
        }
    }
    if refused.is_empty() {
        Ok(read)
    } else {
        Err(Untold::Refused(refused))
    }
}

const TOO_LARGE: &str = "with it, what is recorded about this child is more than can be passed on (900 KB): \
                         look for facts that belong to somebody else";

/// Those that were not taken in before, in their order.
async fn not_known<'e>(
    scoped: &mut Scoped<'_>,
    source: &Source,
    read: Vec<New<'e>>,
) -> Result<Vec<New<'e>>, Untold> {
    let ids: HashSet<Uuid> = read.iter().map(|new| new.event.id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut known = rows::events(scoped, &source.said_by(), &ids).await?;
    let (mut new, mut refused) = (Vec::new(), Vec::new());
    for one in read {
        match known.get(&one.event.id) {
            Some(content) if *content == one.content => {}
            Some(_) => refused.push((
                one.at,
                "an earlier event of the same source and id says something else: give every event an id of its own"
                    .to_owned(),
            )),
            None => {
                known.insert(one.event.id, one.content.clone());
                new.push(one);
            }
        }
    }
    if refused.is_empty() {
        Ok(new)
    } else {
        Err(Untold::Refused(refused))
    }
}

/// What the source tells of a child after these events, and what all sources say; none when that is as before.
fn after(
    mut known: BySource,
    said_by: &str,
    new: &[OfChild<'_>],
    today: Date,
    facts: &mut BTreeMap<rows::FactId, Timestamp>,
) -> Option<(Vec<Entry>, BySource)> {
    let own = known.iter().position(|(source, _)| source == said_by);
    let mut own = own.map(|at| known.swap_remove(at).1).unwrap_or_default();
    let mut changed = false;
    for (_, told) in new {
        let fact = (told.child.clone(), told.kind.to_owned(), told.key.clone());
        if facts.get(&fact).is_some_and(|last| *last > told.at) {
            continue;
        }
        facts.insert(fact, told.at);
        changed |= told::apply(&mut own, told, said_by, today);
    }
    known.push((said_by.to_owned(), own.clone()));
    changed.then_some((own, known))
}

/// What an event says, whichever mode it came in; not its time, which it may not have.
fn content(event: &Envelope) -> String {
    let data: serde_json::Value = serde_json::from_slice(&event.data).unwrap_or_default();
    let text = format!("{}\n{data}", event.event_type);
    HEXLOWER.encode(&Sha256::digest(text)[..16])
}
