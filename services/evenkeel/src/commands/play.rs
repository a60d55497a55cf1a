//! `play`: an authority's nights one after the other, as fast as this machine goes. The authority's clock is set from
//! each moment at which something is to happen to the next; in between everything comes to rest.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, bail, ensure};
use bus::Refusal;
use contracts::{
    AuthorityCode, ClockSetting,
    commands::{AskDelivery, AskNextMoment, ImportFiles, ListMail, StepClock},
};
use jiff::{Timestamp, ToSpan, civil::Date};

use super::import;
use crate::{
    Place,
    cli::PlayArgs,
    output::{number, seconds},
    reach::Reach,
    rest,
    sample::{files, ssd},
};

/// When a night's files arrive, local time.
const NIGHT: i8 = 2;
/// Days played unless said otherwise.
const DAYS: i64 = 30;

pub(crate) async fn run(place: &Place, args: PlayArgs, out: &mut impl Write) -> anyhow::Result<()> {
    ensure!(
        !place.settings.bus.is_elsewhere(),
        "`play` runs only beside `evenkeel up` on this machine, so that no installation of separate services is played \
         with: take [bus] url (EVENKEEL_BUS__URL) out of its settings, and start `evenkeel up` over a data folder of its own"
    );
    let reach = Reach::running(place).await?;
    let done = play(place, &reach, args, out).await;
    let closed = reach.close().await;
    done.and(closed)
}

async fn play(
    place: &Place,
    reach: &Reach,
    args: PlayArgs,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    into_the_mailbox_only(reach).await?;
    let invented = args.folder.is_none();
    let folder = match &args.folder {
        // The services may have another working folder.
        Some(folder) => std::path::absolute(folder)?,
        None => invent(place, &args)?,
    };
    let nights = nights(&folder, args.from, args.to)?;
    let Some((&first, &last)) = nights.keys().next().zip(nights.keys().next_back()) else {
        bail!(
            "{} has no night to play: a folder named by its day, such as 2025-06-02, with the files of the Standard Safeguarding Dataset. `evenkeel sample ssd` writes some",
            folder.display()
        );
    };
    let last = args.to.unwrap_or(last);
    let start = moment(first, NIGHT)?;
    // What was taken in just now may still be on its way to us.
    rest::wait_quietly(reach.bus(), &reach.services()).await?;
    may_begin(reach, &args.authority, start)?;
    let mut played = Played {
        reach,
        synthetic: invented || args.synthetic,
        name: args.name,
        authority: args.authority,
        now: start,
        mails: 0,
    };
    let began = Instant::now();
    played.people(&folder, first).await?;
    let before = played.mails_so_far().await?;
    played.mails = before;
    played.days(&nights, last, out).await?;
    let days = (last - first).get_days() + 1;
    writeln!(
        out,
        "Played {days} days in {}: {}. Read them at {}/mailbox?authority={}",
        seconds(began.elapsed()),
        so_many(played.mails - before),
        reach.instance().map_or("", |i| i.page.as_str()),
        played.authority
    )?;
    Ok(out.flush()?)
}

/// Nothing that is played may reach a person.
async fn into_the_mailbox_only(reach: &Reach) -> anyhow::Result<()> {
    let channel = reach.bus().ask(&AskDelivery {}).await?.channel;
    ensure!(
        channel == delivery::MAILBOX,
        "this Evenkeel sends by {channel}, and what is played must reach nobody: play beside one without a mail server, over a data folder of its own"
    );
    Ok(())
}

/// A real clock cannot be set, a trial of real data is not to be mixed with what is played, and no clock goes back.
fn may_begin(reach: &Reach, authority: &AuthorityCode, start: Timestamp) -> anyhow::Result<()> {
    let landscape = reach.landscape();
    let Some(known) = landscape.authority(authority) else {
        return Ok(());
    };
    ensure!(
        known.clock != ClockSetting::Real,
        "{authority} has a real clock, which cannot be set: name another with --authority"
    );
    ensure!(
        !matches!(known.clock, ClockSetting::Pinned(_)),
        "{authority} was taken in with a clock that stands still (--as-at), and its data may be real: name another \
         with --authority"
    );
    let stands = landscape.now(authority).unwrap_or(start);
    ensure!(
        stands < start,
        "the clock of {authority} stands at {} already and does not go back: name another with --authority, or begin later with --from",
        calendar::day(day_of(stands))
    );
    Ok(())
}

/// An authority with a night for each day.
fn invent(place: &Place, args: &PlayArgs) -> anyhow::Result<PathBuf> {
    let to = args
        .to
        .unwrap_or_else(|| super::sample::today().saturating_sub(1.day()));
    let from = args
        .from
        .unwrap_or_else(|| to.saturating_sub((DAYS - 1).days()));
    ensure!(from <= to, "--from {from} is after --to {to}");
    let nights = usize::try_from((to - from).get_days())? + 1;
    let folder = place.data.join("played").join(args.authority.as_str());
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("could not empty {}", folder.display()))?;
    }
    let plan = ssd::Plan {
        children: args.children,
        seed: args.seed,
        from: ssd::Plan::history(to),
        to,
        nights,
    };
    ssd::write(&folder, &plan)?;
    Ok(folder)
}

/// The folders named by a day, within the days asked for.
fn nights(
    folder: &Path,
    from: Option<Date>,
    to: Option<Date>,
) -> anyhow::Result<BTreeMap<Date, PathBuf>> {
    let within =
        |day: &Date| from.is_none_or(|from| from <= *day) && to.is_none_or(|to| *day <= to);
    let mut nights = BTreeMap::new();
    let unread = || format!("could not read the folder {}", folder.display());
    for entry in std::fs::read_dir(folder).with_context(unread)? {
        let path = entry.with_context(unread)?.path();
        let named = path
            .file_name()
            .and_then(|n| n.to_str())
            .and_then(|n| n.parse().ok());
        if let Some(day) = named.filter(within).filter(|_| path.is_dir()) {
            nights.insert(day, std::path::absolute(&path)?);
        }
    }
    Ok(nights)
}

struct Played<'r> {
    reach: &'r Reach,
    authority: AuthorityCode,
    name: Option<String>,
    synthetic: bool,
    /// Where the authority's clock stands.
    now: Timestamp,
    mails: u64,
}

impl Played<'_> {
    /// Who works there, where the folder says so.
    async fn people(&self, folder: &Path, day: Date) -> anyhow::Result<()> {
        for file in files::ORGANISATION {
            let path = folder.join(file);
            if path.exists() {
                let request = import::directory_request(self.authority.clone(), path, Some(day));
                self.reach.bus().ask(&request).await?;
            }
        }
        Ok(())
    }

    async fn days(
        &mut self,
        nights: &BTreeMap<Date, PathBuf>,
        last: Date,
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        let end = moment(last.saturating_add(1.day()), 0)?;
        let mut next = self.now;
        while next < end {
            let day = day_of(next);
            let night = nights
                .get(&day)
                .filter(|_| moment(day, NIGHT).ok() == Some(next));
            match night {
                Some(night) => self.night(day, night, next, out).await?,
                None => self.step(next).await?,
            }
            next = self.next(nights).await?;
            if day_of(next) != day {
                self.told(day, out).await?;
            }
        }
        Ok(())
    }

    /// A snapshot that is refused stops nothing: the next night's may be well again.
    async fn night(
        &mut self,
        day: Date,
        path: &Path,
        at: Timestamp,
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        self.people(path, day).await?;
        let request = ImportFiles {
            name: self.name.clone(),
            played_at: Some(at),
            synthetic: self.synthetic,
            ..import::files_request("ssd", self.authority.clone(), path.to_owned(), Some(day))
        };
        match self.reach.bus().ask(&request).await {
            Ok(_) => {
                self.now = at;
                self.rest().await
            }
            Err(error) if error.is::<Refusal>() && self.is_played() => {
                writeln!(out, "{}  the night is refused: {error}", calendar::day(day))?;
                self.step(at).await
            }
            Err(error) => Err(error),
        }
    }

    fn is_played(&self) -> bool {
        let known = self.reach.landscape().authority(&self.authority);
        known.is_some_and(|a| matches!(a.clock, ClockSetting::Stepped(_)))
    }

    async fn step(&mut self, to: Timestamp) -> anyhow::Result<()> {
        let ask = StepClock {
            authority: self.authority.clone(),
            to,
        };
        self.now = self.reach.bus().ask(&ask).await?.at;
        self.rest().await
    }

    async fn rest(&self) -> anyhow::Result<()> {
        rest::wait_quietly(self.reach.bus(), &self.reach.services()).await
    }

    /// The next moment at which something is to happen: a midnight, a night's files, or what waits for its hour.
    async fn next(&self, nights: &BTreeMap<Date, PathBuf>) -> anyhow::Result<Timestamp> {
        let today = day_of(self.now);
        let mut next = moment(today.saturating_add(1.day()), 0)?;
        if nights.contains_key(&today) {
            let night = moment(today, NIGHT)?;
            next = if night > self.now {
                next.min(night)
            } else {
                next
            };
        }
        let ask = AskNextMoment {
            authority: self.authority.clone(),
        };
        let waits = self.reach.bus().ask(&ask).await?.at;
        Ok(waits
            .filter(|at| *at > self.now)
            .map_or(next, |at| next.min(at)))
    }

    async fn told(&mut self, day: Date, out: &mut impl Write) -> anyhow::Result<()> {
        let mails = self.mails_so_far().await?;
        let new = mails - std::mem::replace(&mut self.mails, mails);
        writeln!(out, "{}  {}", calendar::day(day), so_many(new))?;
        Ok(out.flush()?)
    }

    async fn mails_so_far(&self) -> anyhow::Result<u64> {
        let ask = ListMail {
            authority: Some(self.authority.clone()),
            after: None,
            limit: 1,
        };
        Ok(self.reach.bus().ask(&ask).await?.total)
    }
}

fn so_many(count: u64) -> String {
    match count {
        1 => "1 mail".to_owned(),
        n => format!("{} mails", number(n)),
    }
}

fn moment(day: Date, hour: i8) -> anyhow::Result<Timestamp> {
    Ok(calendar::london().to_timestamp(day.at(hour, 0, 0, 0))?)
}

fn day_of(at: Timestamp) -> Date {
    at.to_zoned(calendar::london()).date()
}
