//! `sample ssd`: an invented authority in the shape of the Standard Safeguarding Dataset, as it looked on several
//! nights.
//!
//! Each child's life is invented by itself, written through, and forgotten. A first pass only counts who is held by
//! which kind of team on the last night, so that there are teams of the right size; the second deals the children out.

mod calibration;
mod diary;
mod hands;
mod life;
mod posts;
mod row;
mod snapshot;
mod table;

use std::path::Path;

use jiff::{ToSpan, civil::Date};

use super::{
    chance::Chance,
    files,
    staff::{Person, Team},
};
use calibration as known;
use diary::{Day, Diary, date_of, number};
use hands::Deal;
use life::{Life, Newcomer};
use posts::{Census, Posts};
use snapshot::{LABEL, Partial, Snapshot, edge};
use table::Table;

/// What to invent.
#[derive(Clone, Debug)]
pub struct Plan {
    pub children: usize,
    pub seed: u64,
    /// The first day on which a child may become known.
    pub from: Date,
    /// The last night.
    pub to: Date,
    /// How many nights, the last ones.
    pub nights: usize,
}

impl Plan {
    /// Six years that the dataset shows, and one that has aged out of it.
    pub fn history(to: Date) -> Date {
        to.saturating_sub(7.years())
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Children the last night knows.
    pub children: u64,
    /// Those of them who are held by somebody on the last night.
    pub open: usize,
    pub people: usize,
    pub teams: usize,
    /// Rows of the last night.
    pub rows: u64,
    pub nights: Vec<Date>,
    /// A night on which a table arrived half empty.
    pub partial: Option<(Date, &'static str)>,
}

/// Nights written at once: each has a file open for every table.
const AT_ONCE: usize = 20;

/// Writes `<folder>/<night>/ssd_*.csv`, and the directory beside the nights.
pub fn write(folder: &Path, plan: &Plan) -> anyhow::Result<Made> {
    let author = Author::new(plan)?;
    let (census, open) = author.census();
    let posts = Posts::invent(plan.seed, plan.from, plan.to, &census);
    let mut made = Made {
        children: 0,
        open,
        people: posts.people().iter().filter(|p| p.leave.is_none()).count(),
        teams: posts.teams().len(),
        rows: 0,
        nights: author.nights.iter().map(|day| date_of(*day)).collect(),
        partial: author.partial.map(|p| (date_of(p.night), p.table.name())),
    };
    for nights in author.nights.chunks(AT_ONCE) {
        let mut snapshots = nights
            .iter()
            .map(|night| Snapshot::begin(folder, *night, &author.diary, author.partial))
            .collect::<anyhow::Result<Vec<_>>>()?;
        author.fill(&posts, &mut snapshots)?;
        for (snapshot, night) in snapshots.into_iter().zip(nights) {
            (made.children, made.rows) = (snapshot.children, snapshot.rows);
            snapshot.finish(&author.readme(Some(*night)))?;
        }
    }
    let staff = posts.directory(plan.to);
    files::write(folder, &[files::people(&staff), files::teams(&staff)])?;
    snapshot::describe(folder, &author.readme(None))?;
    Ok(made)
}

struct Author<'a> {
    plan: &'a Plan,
    diary: Diary,
    from: Day,
    to: Day,
    nights: Vec<Day>,
    partial: Option<Partial>,
}

impl<'a> Author<'a> {
    fn new(plan: &'a Plan) -> anyhow::Result<Self> {
        let (from, to) = (number(plan.from), number(plan.to));
        let nights = Day::try_from(plan.nights)?;
        anyhow::ensure!(
            plan.children > 0,
            "an authority needs at least one child: give --children"
        );
        anyhow::ensure!(
            nights > 0,
            "there must be at least one night: give --nights 1 or more"
        );
        anyhow::ensure!(
            from + nights + 365 <= to,
            "from {} to {} is too short a history: it must be a year longer than the nights written",
            plan.from,
            plan.to
        );
        let mut author = Self {
            plan,
            diary: Diary::new(plan.from, plan.to),
            from,
            to,
            nights: (to - nights + 1..=to).collect(),
            partial: None,
        };
        author.partial = author.partial();
        Ok(author)
    }

    /// One night, not the first and not the last, on which a table is half empty.
    fn partial(&self) -> Option<Partial> {
        let nights = self.nights.len();
        if nights < known::NIGHTS_WITH_A_PARTIAL {
            return None;
        }
        let mut chance = Chance::new(self.plan.seed, "partial");
        Some(Partial {
            night: *chance.pick(&self.nights[1..nights - 1]),
            table: *chance.pick(&[
                Table::Involvements,
                Table::Referrals,
                Table::CareEpisodes,
                Table::ProtectionPlans,
            ]),
            last_child: self.plan.children / 2,
        })
    }

    /// Each child's life, in order: its number, its family's, and the life.
    fn lives(
        &self,
        mut told: impl FnMut(usize, usize, Life<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut sizes = Chance::new(self.plan.seed, "families");
        let (mut child, mut family) = (0, 0);
        while child < self.plan.children {
            family += 1;
            let first = self.first_referral(child + 1, family);
            for _ in 0..sizes.weighted(&known::SIBLINGS) {
                child += 1;
                if child <= self.plan.children {
                    let life = Life::live(&self.newcomer(child, family), first);
                    told(child, family, life)?;
                }
            }
        }
        Ok(())
    }

    fn newcomer(&self, number: usize, family: usize) -> Newcomer<'_> {
        Newcomer {
            seed: self.plan.seed,
            number,
            family,
            diary: &self.diary,
            to: self.to,
        }
    }

    /// A day such that the first night still shows something of the family's first child.
    fn first_referral(&self, child: usize, family: usize) -> Day {
        let mut chance = Chance::new(self.plan.seed, &format!("first {family}"));
        let edge = edge(self.nights[0]);
        let mut first = self.to;
        for _ in 0..20 {
            first = self
                .diary
                .on_or_after(chance.between(self.from, self.to - 1));
            if first >= edge {
                break;
            }
            let life = Life::live(&self.newcomer(child, family), first);
            let is_shown = |row: &row::Row| row.last >= edge && row.table != Table::Person;
            if life
                .rows
                .iter()
                .any(|row| is_shown(row) && row.table != Table::Family)
            {
                break;
            }
        }
        first
    }

    /// Children by the kind of team that has them on the last night, and how many are held at all.
    fn census(&self) -> (Census, usize) {
        let (mut census, mut open) = (Census::new(), 0);
        let counted = self.lives(|_, _, life| {
            let held = life
                .spells
                .iter()
                .filter(|s| s.until.is_none() && s.from <= self.to);
            let mut is_open = false;
            for spell in held {
                *census.entry(spell.hand).or_default() += 1;
                is_open |= spell.hand.is_holder();
            }
            open += usize::from(is_open);
            Ok(())
        });
        debug_assert!(counted.is_ok());
        (census, open)
    }

    fn fill(&self, posts: &Posts, snapshots: &mut [Snapshot<'_>]) -> anyhow::Result<()> {
        for snapshot in snapshots.iter_mut() {
            for (n, person) in posts.people().iter().enumerate() {
                snapshot.other(
                    Table::Professionals,
                    &professional(n, person, posts.teams()),
                )?;
            }
            for team in posts.teams() {
                let cells = [team.id.clone(), team.name.clone(), team.parent.clone()];
                snapshot.other(Table::Department, &cells)?;
            }
        }
        self.lives(|number, family, mut life| {
            hands::deal(
                &mut life,
                &Deal {
                    seed: self.plan.seed,
                    family,
                    number,
                    diary: &self.diary,
                    posts,
                    to: self.to,
                },
            );
            for snapshot in snapshots.iter_mut() {
                snapshot.child(number, self.plan.seed, &life)?;
            }
            Ok(())
        })
    }

    fn readme(&self, night: Option<Day>) -> String {
        let plan = self.plan;
        let what = match night {
            Some(night) => format!(
                "The dataset as on the night of {}.",
                self.diary.written(night)
            ),
            None => format!(
                "A folder for each night up to {}, and the directory of people and teams.",
                plan.to
            ),
        };
        format!(
            "{LABEL}\n\nNobody in these files exists. They were invented by evenkeel {}:\n\
             evenkeel sample ssd --children {} --seed {} --from {} --to {} --nights {}\n\n{what}\n\
             How often and how long things take follows England's published statistics.\n",
            env!("CARGO_PKG_VERSION"),
            plan.children,
            plan.seed,
            plan.from,
            plan.to,
            plan.nights,
        )
    }
}

/// A row of `ssd_professionals`. The registration number has the form of one and can be nobody's.
fn professional(number: usize, person: &Person, teams: &[Team]) -> Vec<String> {
    let team = teams.iter().find(|t| t.id == person.team);
    vec![
        Posts::professional(number),
        person.id.clone(),
        person.name.clone(),
        format!("SY{number:06}"),
        person.role.to_owned(),
        team.map_or_else(String::new, |t| t.name.clone()),
        format!("{}.{:02}", person.fte / 100, person.fte % 100),
    ]
}

#[cfg(test)]
mod tests;
