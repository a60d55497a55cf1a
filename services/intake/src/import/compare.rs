//! Comparing a snapshot with what its source said before, child by child, and writing what changed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use bus::outbox;
use contracts::{
    ChildId, Entry, Envelope, chronology::MAX_CHRONOLOGY_BYTES, fact::is_told_by_events,
};
use jiff::civil::Date;
use store::Tx;

use super::{Importer, Order, progress::Progress};
use crate::{
    domain::{
        chronology::merge,
        confirm,
        diff::{Absence, After, Tally, diff},
        gate::{Last, told},
        told::hand_over,
    },
    publish,
    sources::Reading,
    store::{self as rows, Head, Said},
};

/// Children compared and written at once: a few hundred chronologies in memory, and few statements.
const CHUNK: usize = 256;

/// What the comparison came to.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) tally: Tally,
    pub(super) children_new: u64,
    pub(super) children_changed: u64,
    pub(super) notes: Vec<String>,
}

pub(super) struct Comparing<'i> {
    importer: &'i Importer,
    order: &'i Order,
    reading: &'i Reading,
    /// The authority's, from this snapshot on.
    revision: u64,
    edge: Option<Date>,
    told: Vec<&'static str>,
    latest: Vec<&'static str>,
    too_near: BTreeSet<Date>,
    so_far: Compared,
}

/// One source's entries of a child.
type OfSource = (String, Vec<Entry>);

/// What a chunk of children comes to, to be written.
#[derive(Default)]
struct Changed {
    said: Vec<Said>,
    /// What events told before and this snapshot says itself is out of these.
    told: BTreeMap<String, Vec<Said>>,
    revisions: Vec<(ChildId, u64)>,
    chronologies: Vec<Envelope>,
}

impl<'i> Comparing<'i> {
    pub(super) fn new(
        importer: &'i Importer,
        order: &'i Order,
        reading: &'i Reading,
        last: Option<&Last>,
        revision: u64,
    ) -> Self {
        let years = importer.config.ssd.window_years;
        Self {
            importer,
            order,
            reading,
            revision,
            told: told(last, &reading.tables),
            latest: order.source.latest(),
            edge: order.source.window.edge(order.as_at, years),
            too_near: BTreeSet::new(),
            so_far: Compared::default(),
        }
    }

    pub(super) async fn run(mut self, tx: &mut Tx, progress: &Progress) -> store::Result<Compared> {
        let code = &self.order.request.authority;
        let source = self.order.source.name;
        let now = self.importer.context.clock.machine_now();
        let recent = rows::recent(&mut tx.authority(code), source, now - confirm::APART).await?;
        self.too_near = confirm::too_near(self.order.as_at, now, &recent);
        let heads = rows::heads(&mut tx.authority(code), source).await?;
        let told = rows::told_children(&mut tx.authority(code)).await?;
        let work = self.candidates(heads, &told);
        let total = work.len() as u64;
        for (n, chunk) in (0_u64..).zip(work.chunks(CHUNK)) {
            progress.at("recording", n * CHUNK as u64, total);
            self.chunk(tx, chunk).await?;
        }
        progress.at("recording", total, total);
        Ok(self.so_far)
    }

    /// Children whose digest stands, with no loose ends and nothing told by events, have nothing new: most of them on
    /// most nights.
    fn candidates(
        &self,
        mut heads: HashMap<String, Head>,
        told: &HashSet<String>,
    ) -> Vec<(ChildId, String)> {
        let children = &self.reading.children;
        let mut work = Vec::new();
        for child in children.ids() {
            let digest = children.digest(child);
            let head = heads.remove(child.as_ref());
            let is_told = told.contains(child.as_ref());
            if is_told || head.is_none_or(|h| h.digest != digest || h.loose > 0) {
                work.push((ChildId::new(child.as_ref()), digest));
            }
        }
        let nothing = children.digest("");
        for (child, head) in heads {
            if head.digest != nothing || head.loose > 0 {
                work.push((ChildId::new(child), nothing.clone()));
            }
        }
        work
    }

    async fn chunk(&mut self, tx: &mut Tx, chunk: &[(ChildId, String)]) -> store::Result<()> {
        let code = &self.order.request.authority;
        let ids: Vec<ChildId> = chunk.iter().map(|(child, _)| child.clone()).collect();
        let mut scoped = tx.authority(code);
        let mut known = rows::said(&mut scoped, &ids).await?;
        let revisions = rows::revisions(&mut scoped, &ids).await?;
        let mut changed = Changed::default();
        for (child, digest) in chunk {
            let known = known.remove(child).unwrap_or_default();
            self.child(
                child,
                digest,
                known,
                revisions.get(child).copied(),
                &mut changed,
            );
        }
        rows::put_said(&mut scoped, self.order.source.name, &changed.said).await?;
        for (source, said) in changed.told {
            rows::put_said(&mut scoped, &source, &said).await?;
        }
        rows::put_children(&mut scoped, &changed.revisions).await?;
        outbox::put(tx, &changed.chronologies).await
    }

    fn child(
        &mut self,
        child: &ChildId,
        digest: &str,
        mut known: Vec<OfSource>,
        before: Option<u64>,
        changed: &mut Changed,
    ) {
        let source = self.order.source.name;
        let own = known.iter().position(|(s, _)| s == source);
        let own = own.map(|at| known.swap_remove(at).1).unwrap_or_default();
        let said = self
            .reading
            .children
            .entries(child, source, self.order.as_at);
        let absence = Absence {
            kinds: &self.told,
            child_is_sure: !self.reading.unsure.contains(child.as_str()),
            edge: self.edge,
            latest: &self.latest,
            too_near: &self.too_near,
        };
        // Only what this reading says itself: what it merely misses, or does not speak of, is nobody's newer word.
        let taken_over = self.take_over(child, &mut known, &said);
        let After {
            entries,
            tally,
            loose,
        } = diff(own, said, self.order.as_at, absence);
        if !tally.is_empty() || !taken_over.is_empty() {
            known.push((source.to_owned(), entries.clone()));
            let revision = before.unwrap_or(0) + 1;
            let Some(chronology) = self.chronology(child, revision, known) else {
                return;
            };
            changed.chronologies.push(chronology);
            for (source, said) in taken_over {
                changed.told.entry(source).or_default().push(said);
            }
            changed.revisions.push((child.clone(), revision));
            self.so_far.children_new += u64::from(before.is_none());
            self.so_far.children_changed += 1;
            self.so_far.tally.add(tally);
        }
        changed.said.push(Said {
            child: child.clone(),
            head: Head {
                digest: digest.to_owned(),
                loose,
            },
            entries,
        });
    }

    /// What events told of a child before this snapshot's day and it says itself: from now on it is asked. Gives what is
    /// left of those who told.
    fn take_over(
        &self,
        child: &ChildId,
        known: &mut [OfSource],
        file: &[Entry],
    ) -> Vec<(String, Said)> {
        let as_at = self.order.as_at;
        let told = known
            .iter_mut()
            .filter(|(source, _)| is_told_by_events(source));
        let taken = told.filter_map(|(source, entries)| {
            hand_over(entries, file, as_at).then(|| {
                let head = Head {
                    digest: String::new(),
                    loose: entries.len() as u64,
                };
                let said = Said {
                    child: child.clone(),
                    head,
                    entries: entries.clone(),
                };
                (source.clone(), said)
            })
        });
        taken.collect()
    }

    /// None (and a note) when it is too large to be published: then all of the child stays as it was.
    fn chronology(
        &mut self,
        child: &ChildId,
        revision: u64,
        known: Vec<OfSource>,
    ) -> Option<Envelope> {
        let context = &self.importer.context;
        let envelope = publish::chronology(
            context,
            (&self.order.request.authority, child),
            (revision, self.revision),
            merge(known, &self.importer.config.precedence),
        );
        if envelope.data.len() <= MAX_CHRONOLOGY_BYTES {
            return Some(envelope);
        }
        self.so_far.notes.push(format!(
            "What is recorded about child {child} comes to {} KB, more than the {} KB that can be passed on: \
             nothing of it was taken in. Check the source for rows that belong to somebody else.",
            envelope.data.len() / 1024,
            MAX_CHRONOLOGY_BYTES / 1024
        ));
        None
    }
}
