//! Who should know of a matter now, against who does: the difference is what happens. Run again whenever the matter, who
//! holds the child, the directory, a batch or the day changes; with nothing changed it changes nothing.

mod verdict;

use contracts::{
    message::{LineChange, NoticeRevision},
    notice::StepState,
};

use super::{
    child::{Around, Child},
    matter::Matter,
    notice::{Notice, StepRow, Who},
    policy::{Policy, Seat},
    scene::Scene,
    stages::{self, Addressed, Candidate, Standing, cover::Covered},
    step::StepKey,
    trace,
};
use verdict::{apply, closed, new_step};

/// What a routing came to; the notices themselves are changed in place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routed {
    /// Why nobody is told at this step, when that is meant.
    pub silence: Option<String>,
    /// A person can and should be told, and nobody is there.
    pub nobody: bool,
    /// Lines that delivery must take out of what it has not attempted.
    pub fallen: Vec<(NoticeRevision, LineChange)>,
    pub trace: Vec<trace::Verdict>,
}

/// Brings the notices of a matter in line with who should know of it.
pub fn route(
    scene: &Scene<'_>,
    matter: &Matter,
    child: &Child,
    notices: &mut Vec<Notice>,
) -> Routed {
    let mut router = Router {
        scene,
        matter,
        notices,
        fallen: Vec::new(),
        routed: Routed::default(),
    };
    router.run(child);
    router.finish()
}

struct Router<'a> {
    scene: &'a Scene<'a>,
    matter: &'a Matter,
    notices: &'a mut Vec<Notice>,
    /// Indices of notices whose lines fall.
    fallen: Vec<(usize, LineChange)>,
    routed: Routed,
}

impl Router<'_> {
    fn run(&mut self, child: &Child) {
        if let Some(why) = closed(self.scene, self.matter, child) {
            return self.close_all(why);
        }
        self.close_earlier_openings();
        let Some(policy) = self
            .scene
            .settings
            .policies
            .of(&self.matter.obligation.rule.id)
        else {
            const WHY: &str = "no policy says who is told about this rule";
            self.routed.silence = Some(WHY.to_owned());
            return self.close_all(WHY);
        };
        let around = child.around(self.scene.today);
        let step = self.matter.key().step;
        let rung = policy.rung(step, &self.matter.obligation);
        let told = stages::concerned(self.scene, self.matter, &around, &rung.tell);
        let concerned = stages::fan_out(self.scene, &around, &Seat::ALL);
        if told.told.is_empty() && !told.nobody {
            self.routed.silence = Some(
                rung.otherwise
                    .unwrap_or_else(|| "nobody is told at this step".to_owned()),
            );
        }
        self.routed.nobody = told.nobody;
        for to in &told.told {
            self.tell(policy, to, child);
        }
        self.others(policy, &around, &told, &concerned);
    }

    fn tell(&mut self, policy: &Policy, to: &Addressed, child: &Child) {
        let key = self.matter.key();
        let owner_was_told = self.owner_was_told(to, &key);
        let index = self.notice_for(&to.who, child);
        self.overtake(index, &key);
        let notice = &mut self.notices[index];
        if !notice.open || notice.due_date != self.matter.obligation.due_date {
            notice.open = true;
            notice.due_date = self.matter.obligation.due_date;
            notice.changed = true;
        }
        let step = notice
            .steps
            .iter()
            .position(|s| s.key == key)
            .unwrap_or_else(|| {
                notice
                    .steps
                    .push(new_step(key, self.matter.batch, self.scene));
                notice.changed = true;
                notice.steps.len() - 1
            });
        let row = &mut notice.steps[step];
        if row.state == StepState::StoodDown {
            let fresh = row.fresh;
            *row = StepRow {
                fresh,
                ..new_step(row.key.clone(), self.matter.batch, self.scene)
            };
            notice.changed = true;
        }
        if notice.steps[step].is_waiting() {
            self.gate(policy, index, step, to, owner_was_told);
        } else {
            self.take_back_an_old_date(index, step);
        }
    }

    /// A line on its way that says another date than the one now due.
    fn take_back_an_old_date(&mut self, index: usize, step: usize) {
        let row = &self.notices[index].steps[step];
        if row.is_travelling()
            && row
                .said_due
                .is_some_and(|said| said != self.matter.obligation.due_date)
        {
            self.withdraw(index, step, "the date has moved", LineChange::StoodDown);
        }
    }

    /// A notice says one thing at a time: what still waits or travels of earlier steps is taken back.
    fn overtake(&mut self, index: usize, key: &StepKey) {
        for step in 0..self.notices[index].steps.len() {
            if &self.notices[index].steps[step].key != key {
                self.withdraw(
                    index,
                    step,
                    "overtaken by a later step",
                    LineChange::StoodDown,
                );
            }
        }
    }

    fn owner_was_told(&self, to: &Addressed, key: &StepKey) -> bool {
        let Standing::For(owner) = &to.standing else {
            return false;
        };
        let theirs = Who::Person(owner.clone());
        self.notices
            .iter()
            .filter(|n| n.who == theirs && n.opening == self.matter.obligation.opening)
            .any(|n| n.step(key).is_some_and(|s| s.state == StepState::Sent))
    }

    fn notice_for(&mut self, who: &Who, child: &Child) -> usize {
        let id = who.notice(self.matter.obligation.id, self.matter.obligation.opening);
        self.notices
            .iter()
            .position(|n| n.id == id)
            .unwrap_or_else(|| {
                self.notices
                    .push(Notice::new(who.clone(), &child.held.child, self.matter));
                self.notices.len() - 1
            })
    }

    /// Everybody else with an open notice: still concerned, covered for, or no longer concerned at all.
    fn others(&mut self, policy: &Policy, around: &Around, told: &Covered, concerned: &Covered) {
        for index in 0..self.notices.len() {
            let notice = &self.notices[index];
            if !notice.open
                || notice.opening != self.matter.obligation.opening
                || told.addresses(&notice.who)
            {
                continue;
            }
            if concerned.concerns(&notice.who) {
                self.keep(policy, around, index);
            } else {
                self.close(
                    index,
                    "somebody else is told instead",
                    LineChange::Reallocated,
                );
            }
        }
    }

    /// What still waits of earlier steps goes on waiting if its step tells this person.
    fn keep(&mut self, policy: &Policy, around: &Around, index: usize) {
        let due = self.matter.obligation.due_date;
        if self.notices[index].due_date != due {
            self.notices[index].due_date = due;
            self.notices[index].changed = true;
        }
        for step in 0..self.notices[index].steps.len() {
            let row = &self.notices[index].steps[step];
            if row.state != StepState::Pending {
                continue;
            }
            let waiting = row.is_waiting();
            match stages::told_at(
                self.scene,
                policy,
                self.matter,
                around,
                row.key.step,
                &self.notices[index].who,
            ) {
                Some(to) if waiting => self.gate(policy, index, step, &to, false),
                Some(_) => {}
                None => self.withdraw(
                    index,
                    step,
                    "somebody else is told instead",
                    LineChange::Reallocated,
                ),
            }
        }
    }

    fn gate(
        &mut self,
        policy: &Policy,
        index: usize,
        step: usize,
        to: &Addressed,
        owner_was_told: bool,
    ) {
        let row = &self.notices[index].steps[step];
        let candidate = Candidate {
            matter: self.matter,
            policy,
            step: row.key.step,
            batch: row.batch,
            to,
            owner_was_told,
        };
        let new = row.why.is_none() && row.not_before.is_none();
        let (stage, verdict) = stages::gate(self.scene, &candidate);
        if let Some((verdict, why)) =
            apply(&mut self.notices[index].steps[step], verdict, self.scene)
        {
            self.notices[index].changed = true;
            let whose = to.standing.reason(to.seat);
            match (new, why.as_str()) {
                (true, "") => self.record(index, step, stage, verdict, whose.to_owned()),
                (true, why) => self.record(index, step, stage, verdict, format!("{whose}; {why}")),
                // That it goes is recorded when it does.
                (false, "") => {}
                (false, _) => self.record(index, step, stage, verdict, why),
            }
        }
    }

    fn close_earlier_openings(&mut self) {
        for index in 0..self.notices.len() {
            if self.notices[index].opening < self.matter.obligation.opening {
                self.close(
                    index,
                    "it was closed, and has opened again since",
                    LineChange::StoodDown,
                );
            }
        }
    }

    fn close_all(&mut self, why: &'static str) {
        for index in 0..self.notices.len() {
            self.close(index, why, LineChange::StoodDown);
        }
    }

    fn close(&mut self, index: usize, why: &'static str, change: LineChange) {
        self.withdraw_all(index, why, change);
        let notice = &mut self.notices[index];
        if notice.open {
            notice.open = false;
            notice.changed = true;
        }
    }

    fn withdraw_all(&mut self, index: usize, why: &'static str, change: LineChange) {
        for step in 0..self.notices[index].steps.len() {
            self.withdraw(index, step, why, change);
        }
    }

    fn withdraw(&mut self, index: usize, step: usize, why: &'static str, change: LineChange) {
        let notice = &mut self.notices[index];
        let was = (notice.steps[step].state, notice.steps[step].leaving);
        if let Some(change) = notice.withdraw(step, why, change, self.scene.now) {
            self.fallen.push((index, change));
        }
        let now = &self.notices[index].steps[step];
        if was != (now.state, now.leaving) {
            let verdict = if now.leaving {
                "asked back"
            } else {
                "stood down"
            };
            self.record(index, step, "route", verdict, why.to_owned());
        }
    }

    fn record(
        &mut self,
        index: usize,
        step: usize,
        stage: &'static str,
        verdict: &'static str,
        why: String,
    ) {
        let notice = &self.notices[index];
        let step = Some(notice.steps[step].key.to_string());
        self.routed.trace.push(trace::Verdict {
            notice: Some(notice.id),
            step,
            stage,
            verdict,
            why,
        });
    }

    fn finish(mut self) -> Routed {
        for notice in self.notices.iter_mut().filter(|n| n.changed) {
            notice.revision += 1;
        }
        self.fallen.sort_unstable_by_key(|(index, _)| *index);
        self.fallen.dedup_by_key(|(index, _)| *index);
        self.routed.fallen = self
            .fallen
            .iter()
            .map(|(index, change)| (self.notices[*index].at_revision(), *change))
            .collect();
        self.routed
    }
}

#[cfg(test)]
mod tests;
