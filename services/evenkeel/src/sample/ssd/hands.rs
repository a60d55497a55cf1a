//! Who held each child when: spells dealt out to posts, as involvements.

use super::{
    calibration as known,
    diary::{Day, Diary},
    life::{Hand, Life, Spell},
    posts::{Posts, Sitting},
    row::{Cell, Row},
    table::Table,
};
use crate::sample::chance::Chance;

/// Nobody in the team's pool, or a worker, for a time.
#[derive(Clone, Debug)]
struct Involvement {
    hand: Hand,
    worker: Option<usize>,
    team: usize,
    from: Day,
    until: Option<Day>,
    reason: &'static str,
    referral: String,
}

/// What dealing needs besides the life itself.
pub(super) struct Deal<'a> {
    pub(super) seed: u64,
    pub(super) family: usize,
    pub(super) number: usize,
    pub(super) diary: &'a Diary,
    pub(super) posts: &'a Posts,
    pub(super) to: Day,
}

/// Adds the involvements, and names whoever held the child in the rows that name a worker.
pub(super) fn deal(life: &mut Life<'_>, deal: &Deal<'_>) {
    let mut involvements = Vec::new();
    for spell in joined(&life.spells) {
        deal.one(&spell, &mut involvements);
    }
    for row in &mut life.rows {
        for cell in &mut row.cells {
            name(cell, &involvements, deal.posts);
        }
    }
    let mut chance = Chance::new(deal.seed, &format!("involvements {}", deal.number));
    for (n, involvement) in involvements.iter().enumerate() {
        let row = deal.row(&life.person, n, involvement, &mut chance);
        life.rows.extend(row);
    }
}

/// A phase that follows another in the same kind of team changes nobody's hands.
fn joined(spells: &[Spell]) -> Vec<Spell> {
    let mut joined: Vec<Spell> = Vec::new();
    for spell in spells {
        let before = joined.iter_mut().rev().find(|s| s.hand == spell.hand);
        match before {
            Some(before) if before.until == Some(spell.from) => before.until = spell.until,
            _ => joined.push(spell.clone()),
        }
    }
    joined
}

impl Deal<'_> {
    fn one(&self, spell: &Spell, out: &mut Vec<Involvement>) {
        // Siblings whose lives run alike have the same workers.
        let purpose = format!("hands {} {:?} {}", self.family, spell.hand, spell.from);
        let mut chance = Chance::new(self.seed, &purpose);
        let end = spell.until.unwrap_or(Day::MAX);
        let mut desk = self.posts.any(spell.hand, &mut chance);
        let mut day = spell.from;
        let mut reason = if out.is_empty() { "FCONTA" } else { "TSPROC" };
        if spell.hand.is_holder() && chance.permille(known::POOLED_PERMILLE) {
            let until = self.diary.plus(day, chance.between(1, 3));
            self.hold(spell, None, desk, (day, until.min(end)), reason, out);
            day = until;
        }
        let mut moves = day + chance.band(&known::SAME_WORKER_DAYS);
        while day < end && day <= self.to {
            let sitting = self.posts.desks[desk].on(day);
            let (worker, leaves) = match sitting {
                Some(sitting) => (Some(sitting), sitting.until),
                None => (
                    self.posts.colleague(desk, day),
                    self.posts.desks[desk].next_after(day),
                ),
            };
            let until = end.min(moves).min(leaves.unwrap_or(Day::MAX));
            self.hold(spell, worker, desk, (day, until), reason, out);
            reason = match sitting {
                _ if until == moves => chance.weighted(&[
                    (45, "MANAGE"),
                    (20, "ORGRST"),
                    (25, "ABSENC"),
                    (5, "CHCHAN"),
                    (5, "PCCHAN"),
                ]),
                Some(_) => "LEFTRL",
                None => "MANAGE",
            };
            if until == moves {
                desk = self.posts.any(spell.hand, &mut chance);
                moves = until + chance.band(&known::SAME_WORKER_DAYS);
            }
            let nobody = spell.hand.is_holder() && chance.permille(known::UNHELD_PERMILLE);
            day = until.saturating_add(if nobody { chance.between(3, 21) } else { 0 });
        }
    }

    fn hold(
        &self,
        spell: &Spell,
        worker: Option<Sitting>,
        desk: usize,
        (from, until): (Day, Day),
        reason: &'static str,
        out: &mut Vec<Involvement>,
    ) {
        if from >= until {
            return;
        }
        out.push(Involvement {
            hand: spell.hand,
            worker: worker.map(|sitting| sitting.person),
            team: self.posts.desks[desk].team,
            from,
            until: (until <= self.to).then_some(until),
            reason,
            referral: spell.referral.clone(),
        });
    }

    fn row(&self, person: &str, n: usize, held: &Involvement, chance: &mut Chance) -> Option<Row> {
        let recorded = self.diary.plus(held.from, chance.between(0, 2));
        let role = match held.hand {
            Hand::Reviewer => "IRO",
            Hand::Chair => "CPC",
            _ => "CW",
        };
        let end = held.until.map_or(Cell::Blank, |day| {
            let known = self.diary.plus(day, chance.between(0, 2));
            Cell::Known(vec![(known.max(recorded), Cell::Day(day))])
        });
        let referral = if chance.permille(known::DANGLING_PERMILLE) {
            format!("{}X", held.referral)
        } else {
            held.referral.clone()
        };
        let cells = vec![
            format!("U{:06}{n:03}", self.number).into(),
            held.worker
                .map_or(Cell::Blank, |worker| Posts::professional(worker).into()),
            role.into(),
            self.posts.team_name(held.team).to_owned().into(),
            person.to_owned().into(),
            Cell::Day(held.from),
            end,
            held.reason.into(),
            referral.into(),
        ];
        (recorded <= self.to).then_some(Row {
            table: Table::Involvements,
            recorded,
            removed: None,
            last: held.until.unwrap_or(Day::MAX),
            cells,
        })
    }
}

fn name(cell: &mut Cell, involvements: &[Involvement], posts: &Posts) {
    match cell {
        Cell::Known(versions) => {
            for (_, cell) in versions {
                name(cell, involvements, posts);
            }
        }
        Cell::Holder(day) => {
            let worker = held_on(involvements, *day).and_then(|held| held.worker);
            *cell = worker.map_or(Cell::Blank, |worker| Posts::professional(worker).into());
        }
        Cell::HoldingTeam(day) => {
            let held = held_on(involvements, *day);
            *cell = held.map_or(Cell::Blank, |held| {
                posts.team_name(held.team).to_owned().into()
            });
        }
        _ => {}
    }
}

fn held_on(involvements: &[Involvement], day: Day) -> Option<&Involvement> {
    let mut holding = involvements.iter().filter(|i| i.hand.is_holder());
    holding.find(|i| i.from <= day && i.until.is_none_or(|until| day < until))
}
