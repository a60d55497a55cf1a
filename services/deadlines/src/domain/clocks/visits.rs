//! One visit clock a child.
//!
//! Each rule that applies proposes a clock from each start (a plan, a placement, an order) and from each visit. A visit
//! meets what was running and starts the next. Of what would run at once only the one that is due first runs; the others
//! are superseded, and run again if that one ends without a visit. A clock that never ran is not recorded.

use std::collections::BTreeSet;

use contracts::{Entry, Fact, obligation::Limit};
use jiff::{ToSpan, civil::Date};

use super::{
    Clock, adoption,
    care::series_of_breaks,
    desk::{Desk, Start, Unmet},
    need::{Days, rests},
    protection::own_plans,
};
use crate::domain::{
    history::History,
    overrides::{Action, Override},
    placements::stay_on,
    reckon::Met,
    rules::{Rule, Step},
    running::Running,
};

/// While a rule applies to the child.
struct Span<'c> {
    rule: &'c Rule,
    /// Visits from this day on start its clock.
    since: Date,
    /// It runs only within.
    days: Days,
    /// What starts its clock besides visits.
    starts: Vec<(&'c Entry, Date)>,
    rests: Vec<Days>,
    /// From this day on a visit within a week is no longer asked for.
    settled_in: Option<Date>,
    /// The interval agreed for this child, in place of the rule's.
    agreed: Option<Limit>,
}

/// A clock that a rule would run.
struct Proposal<'s, 'c> {
    span: &'s Span<'c>,
    trigger: &'c Entry,
    day0: Date,
    step: Step,
    due: Date,
    ran: bool,
}

/// Does a visit count? The child was seen, is not born yet, or the source does not reliably say.
pub fn counts(history: &History<'_>, running: &Running<'_>, visit: &Entry) -> bool {
    let seen = matches!(
        visit.fact,
        Fact::Visit {
            seen: Some(true),
            ..
        }
    );
    seen || history.unborn_on(visit.start) || running.any_visit_counts(&visit.source)
}

pub(super) fn visits<'c>(desk: &mut Desk<'_, 'c>, history: &History<'c>, rules: &[&'c Rule]) {
    if rules.iter().any(|rule| rule.clock == Clock::VisitLongTerm) {
        desk.long_term = agreed(desk, history, Action::LongTerm);
    }
    if rules.iter().any(|rule| rule.clock.is_by_agreement()) {
        let over = series_of_breaks(history).into_iter();
        desk.wakes.extend(over.filter_map(|(_, until)| until));
    }
    let spans: Vec<Span<'c>> = rules
        .iter()
        .filter(|rule| rule.clock.is_visit())
        .flat_map(|rule| spans(desk, history, rule))
        .collect();
    if spans.is_empty() {
        return;
    }
    let (mut held, not_seen): (Vec<&Entry>, Vec<&Entry>) =
        (history.visits.iter().copied()).partition(|v| counts(history, desk.running, v));
    held.dedup_by_key(|v| v.start);
    let not_seen: Vec<Date> = not_seen
        .iter()
        .filter(|v| {
            matches!(
                v.fact,
                Fact::Visit {
                    seen: Some(false),
                    ..
                }
            )
        })
        .map(|v| v.start)
        .collect();
    let before = std::iter::once(None).chain(held.iter().copied().map(Some));
    let after = held.iter().copied().map(Some).chain([None]);
    for (last, next) in before.zip(after) {
        let gap = Gap {
            last,
            next,
            until: next.map_or(history.today, |v| v.start),
        };
        gap.put(desk, history, &spans, &not_seen);
    }
}

/// From one visit to the next, or to today.
struct Gap<'c> {
    last: Option<&'c Entry>,
    next: Option<&'c Entry>,
    until: Date,
}

impl<'c> Gap<'c> {
    fn put(
        &self,
        desk: &mut Desk<'_, 'c>,
        history: &History<'c>,
        spans: &[Span<'c>],
        not_seen: &[Date],
    ) {
        let mut proposals: Vec<Proposal<'_, 'c>> = spans
            .iter()
            .flat_map(|span| self.proposals(span, desk, history))
            .collect();
        proposals.sort_by(|a, b| a.order().cmp(&b.order()));
        self.mark_those_that_ran(&mut proposals, desk);
        let kept = proposals
            .iter()
            .position(|p| self.is_open_at_the_end(p) && !p.is_aside(self.until, desk));
        for (n, p) in proposals
            .iter()
            .enumerate()
            .filter(|(n, p)| p.ran || kept == Some(*n))
        {
            let mut start = Start::on(p.trigger, p.day0, p.step);
            start.limit = p.span.agreed;
            let attempts = not_seen.partition_point(|day| *day <= self.until);
            start.attempted = not_seen[..attempts]
                .last()
                .copied()
                .filter(|day| *day > p.day0);
            if kept == Some(n) {
                start.met = self.next.map(Met::by);
            } else {
                start.unmet = Some(self.why(p, desk));
            }
            desk.put(p.span.rule, start);
        }
    }

    fn mark_those_that_ran(&self, proposals: &mut [Proposal<'_, 'c>], desk: &Desk<'_, 'c>) {
        if let [only] = proposals
            && only.span.rests.is_empty()
            && desk.overrides.is_empty()
        {
            only.ran = only.span.days.is_on(only.day0);
            return;
        }
        for day in self.turning_days(proposals, desk) {
            let first = proposals
                .iter_mut()
                .find(|p| p.day0 <= day && p.runs_on(day, desk));
            if let Some(first) = first {
                first.ran = true;
            }
        }
    }

    fn proposals<'s>(
        &self,
        span: &'s Span<'c>,
        desk: &Desk<'_, 'c>,
        history: &History<'c>,
    ) -> Vec<Proposal<'s, 'c>> {
        let after = |day: Date| span.days.to.is_none_or(|to| to > day);
        let last = self.last.map_or(Date::MIN, |v| v.start);
        if span.days.from > self.until || !after(last) {
            return Vec::new();
        }
        let from_visit = self
            .last
            .filter(|v| span.since <= v.start)
            .map(|v| (v, v.start, false));
        let starts = span
            .starts
            .iter()
            .filter(|(_, day)| *day > last && *day <= self.until);
        let starts = starts.map(|(entry, day)| (*entry, *day, true));
        from_visit
            .into_iter()
            .chain(starts)
            .filter_map(|(trigger, day0, is_start)| {
                let (step, due) = span.due(day0, is_start, desk, history)?;
                Some(Proposal {
                    span,
                    trigger,
                    day0,
                    step,
                    due,
                    ran: false,
                })
            })
            .collect()
    }

    /// The days of the gap on which another clock may come first.
    fn turning_days(&self, proposals: &[Proposal<'_, 'c>], desk: &Desk<'_, 'c>) -> BTreeSet<Date> {
        let mut days = BTreeSet::from([self.until]);
        for p in proposals {
            let rests = p.span.rests.iter().chain([&p.span.days]);
            let bounds = rests.flat_map(|r| [Some(r.from), r.to]).flatten();
            days.extend(bounds.chain([p.day0]));
        }
        let overrides = desk.overrides.iter().flat_map(Override::turns);
        days.extend(overrides);
        let first = proposals.iter().map(|p| p.day0).min().unwrap_or(self.until);
        days.retain(|day| (first..=self.until).contains(day));
        days
    }

    /// A visit on the day something ended still meets it; what ended by today is no longer open.
    fn is_open_at_the_end(&self, p: &Proposal<'_, 'c>) -> bool {
        let Days { from, to } = p.span.days;
        let open = match self.next {
            Some(visit) => to.is_none_or(|to| to >= visit.start),
            None => to.is_none_or(|to| to > self.until),
        };
        open && from <= self.until && !p.rests_on(self.until)
    }

    fn why(&self, p: &Proposal<'_, 'c>, desk: &Desk<'_, 'c>) -> Unmet {
        match p.span.days.to {
            Some(to) if to < self.until || (to == self.until && self.next.is_none()) => {
                Unmet::Ended(to)
            }
            _ if !p.rests_on(self.until) && p.is_aside(self.until, desk) => Unmet::Overridden,
            _ => Unmet::Superseded,
        }
    }
}

impl<'c> Proposal<'_, 'c> {
    fn order(&self) -> (Date, Clock, Date, &'c str, &'c str) {
        (
            self.due,
            self.span.rule.clock,
            self.day0,
            self.trigger.fact.kind(),
            &self.trigger.key,
        )
    }

    fn rests_on(&self, day: Date) -> bool {
        self.span.rests.iter().any(|rest| rest.is_on(day))
    }

    fn runs_on(&self, day: Date, desk: &Desk<'_, 'c>) -> bool {
        self.span.days.is_on(day) && !self.rests_on(day) && !self.is_aside(day, desk)
    }

    /// Set aside, or replaced by the longer interval agreed for a long-term placement.
    fn is_aside(&self, day: Date, desk: &Desk<'_, 'c>) -> bool {
        let replaced = self.span.rule.clock == Clock::VisitCare && self.step != Step::First;
        desk.set_aside(self.span.rule, day)
            || replaced && desk.long_term.iter().any(|days| days.is_on(day))
    }
}

impl<'c> Span<'c> {
    fn of(rule: &'c Rule, from: Date, to: Option<Date>, starts: Vec<(&'c Entry, Date)>) -> Self {
        Self {
            rule,
            since: from,
            days: Days { from, to },
            starts,
            rests: Vec::new(),
            settled_in: None,
            agreed: None,
        }
    }

    /// The step and the due date of the clock from `day0`; none where no limit is set.
    fn due(
        &self,
        day0: Date,
        is_start: bool,
        desk: &Desk<'_, 'c>,
        history: &History<'c>,
    ) -> Option<(Step, Date)> {
        let limit = |step| self.agreed.or_else(|| self.rule.limit(step));
        let due = |step| Some((step, desk.due(day0, None, limit(step)?).0));
        match self.rule.clock {
            Clock::VisitCare | Clock::VisitParentOrder if is_start => due(Step::First),
            Clock::VisitCare if is_settled(history, day0) => due(Step::Settled),
            // Weekly until a review that is held before the next weekly visit is due.
            Clock::VisitAdoption | Clock::VisitParentInterim | Clock::VisitParentUnassessed => {
                let weekly = due(Step::First)?;
                let reviewed = self.settled_in.is_some_and(|review| review <= weekly.1);
                if reviewed {
                    due(Step::Usual)
                } else {
                    Some(weekly)
                }
            }
            _ => due(Step::Usual),
        }
    }
}

/// A year in one placement of a kind that may last.
fn is_settled(history: &History<'_>, day: Date) -> bool {
    let stay = stay_on(&history.stays, day).and_then(|stay| stay_on(&history.stays, stay.since));
    stay.is_some_and(|s| ["U1", "U4"].contains(&s.code) && s.since.saturating_add(1.year()) <= day)
}

fn spans<'c>(desk: &Desk<'_, 'c>, history: &History<'c>, rule: &'c Rule) -> Vec<Span<'c>> {
    match rule.clock {
        Clock::VisitProtection => {
            let plans = own_plans(history);
            plans
                .map(|p| Span::of(rule, p.start, history.end(p), vec![(p, p.start)]))
                .collect()
        }
        Clock::VisitNeed => {
            let plan = |p: &&'c Entry| Span {
                rests: rests(history),
                ..Span::of(rule, p.start, history.end(p), vec![(*p, p.start)])
            };
            history.need_plans.iter().map(plan).collect()
        }
        Clock::VisitCare => in_care(history, rule),
        Clock::VisitShortBreak => in_short_breaks(desk, history, rule),
        Clock::VisitParentInterim => {
            let mut spans = with_parent(history, rule, "C1");
            spans.extend(by_override(desk, history, rule, Action::TemporaryCarer));
            spans
        }
        Clock::VisitParentUnassessed => by_override(desk, history, rule, Action::ParentUnassessed),
        Clock::VisitParentOrder => with_parent(history, rule, "C2"),
        Clock::VisitLongTerm => {
            let agreed = desk.long_term.iter();
            agreed
                .filter_map(|days| {
                    let since = history.period_on(days.from)?.start;
                    Some(Span {
                        since,
                        ..Span::of(rule, days.from, days.to, Vec::new())
                    })
                })
                .collect()
        }
        _ => {
            let placed = history.adoptions.iter();
            placed
                .map(|p| {
                    let end = adoption::ended(history, p);
                    let first = history.reviews.iter().find(|r| r.start > p.start);
                    Span {
                        settled_in: first.map(|r| r.start),
                        ..Span::of(rule, p.start, end, vec![(p, p.start)])
                    }
                })
                .collect()
        }
    }
}

fn in_care<'c>(history: &History<'c>, rule: &'c Rule) -> Vec<Span<'c>> {
    let periods = history.periods.iter();
    periods
        .map(|p| {
            let stays = history.stays.iter().filter(|s| s.begins());
            let within =
                stays.filter(|s| s.start >= p.start && p.end.is_none_or(|end| s.start < end));
            let starts = within.map(|s| (s.entry, s.start)).collect();
            Span::of(rule, p.start, p.end, starts)
        })
        .collect()
}

/// While the authority has said how often, and the series of short breaks goes on. What follows without a gap goes on
/// from the visit before.
fn in_short_breaks<'c>(
    desk: &Desk<'_, 'c>,
    history: &History<'c>,
    rule: &'c Rule,
) -> Vec<Span<'c>> {
    let mut spans: Vec<Span<'c>> = Vec::new();
    for o in desk.said(rule, Action::AsAgreed) {
        let over = o.ends(history.today);
        for (first, until) in series_of_breaks(history) {
            let from = o.from.max(first.start);
            let until = until.filter(|until| *until <= history.today);
            if o.until < from || until.is_some_and(|until| until <= from) {
                continue;
            }
            let to = over.into_iter().chain(until).min();
            let before = spans.last().filter(|s| s.days.to == Some(from));
            spans.push(Span {
                since: before.map_or(from, |s| s.since),
                agreed: o.limit,
                ..Span::of(rule, from, to, vec![(first, from)])
            });
        }
    }
    spans
}

/// While a child under this order lives with a parent.
fn with_parent<'c>(history: &History<'c>, rule: &'c Rule, order: &str) -> Vec<Span<'c>> {
    if !history.stays.iter().any(|s| s.code == "P1") {
        return Vec::new();
    }
    let rows = history.care_rows.iter().chain(&history.statuses).copied();
    let mut turns: BTreeSet<Date> = rows
        .flat_map(|e| [Some(e.start), history.end(e)])
        .flatten()
        .collect();
    turns.extend(history.stays.iter().map(|s| s.start));
    let mut spans: Vec<Span<'c>> = Vec::new();
    for day in turns {
        let stay = stay_on(&history.stays, day).filter(|_| history.period_on(day).is_some());
        let both = stay.filter(|s| s.code == "P1" && history.status_on(day) == Some(order));
        let open = spans.last_mut().filter(|s| s.days.to.is_none());
        match (both, open) {
            (Some(stay), None) => {
                let review = history.period_on(day).and_then(|p| p.reviews.first());
                spans.push(Span {
                    settled_in: review.map(|r| r.start),
                    ..Span::of(
                        rule,
                        day,
                        None,
                        vec![(began_by(history, day).unwrap_or(stay.entry), day)],
                    )
                });
            }
            (None, Some(open)) => open.days.to = Some(day),
            _ => {}
        }
    }
    spans
}

/// What began on a day: the order, or the placement.
fn began_by<'c>(history: &History<'c>, day: Date) -> Option<&'c Entry> {
    let mut rows = history
        .care_rows
        .iter()
        .chain(&history.statuses)
        .chain(&history.placements);
    rows.find(|e| e.start == day).copied()
}

/// While the authority has said so for the child, and as long as the placement of the first day.
fn by_override<'c>(
    desk: &Desk<'_, 'c>,
    history: &History<'c>,
    rule: &'c Rule,
    action: Action,
) -> Vec<Span<'c>> {
    let agreed = agreed(desk, history, action).into_iter();
    agreed
        .filter_map(|days| {
            let period = history.period_on(days.from)?;
            let stay = stay_on(&history.stays, days.from)?;
            Some(Span {
                settled_in: period.reviews.first().map(|r| r.start),
                ..Span::of(rule, days.from, days.to, vec![(stay.entry, days.from)])
            })
        })
        .collect()
}

/// Does this override say that the kind holds, or goes on? An extension of a carer's approval keeps what the approval began.
fn holds(desk: &Desk<'_, '_>, o: &Override, action: Action) -> bool {
    let of_an_approval = || {
        let mut rules = desk.running.rules.iter();
        rules.any(|rule| rule.id == o.rule && rule.clock == Clock::CarerApproval)
    };
    o.action == action
        || action == Action::TemporaryCarer && o.action == Action::Extended && of_an_approval()
}

/// When an override of this kind held: it stops with the placement it was given for, and with care. One that follows
/// another without a gap prolongs it.
fn agreed(desk: &Desk<'_, '_>, history: &History<'_>, action: Action) -> Vec<Days> {
    let mut agreed: Vec<Days> = Vec::new();
    let said = desk.overrides.iter();
    for o in said.filter(|o| holds(desk, o, action) && o.from <= history.today) {
        let Some(period) = history.period_on(o.from) else {
            continue;
        };
        let moved = history
            .stays
            .iter()
            .find(|s| s.start > o.from && s.begins());
        let ends = [o.ends(history.today), moved.map(|s| s.start), period.end];
        let to = ends.into_iter().flatten().min();
        match agreed.last_mut() {
            Some(before) if before.to.is_none_or(|until| o.from <= until) => {
                before.to = before.to.zip(to).map(|(a, b)| a.max(b));
            }
            // An extension of what had ended, or never began.
            _ if o.action != action => {}
            _ => agreed.push(Days { from: o.from, to }),
        }
    }
    agreed
}
