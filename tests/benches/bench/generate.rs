//! A large return in the shape every authority makes, invented and the same each time.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use jiff::{
    ToSpan,
    civil::{Date, date},
};
use rand::{Rng, SeedableRng, rngs::StdRng};

pub(crate) const AS_AT: Date = date(2025, 3, 31);

pub(crate) struct Made {
    pub(crate) rows: usize,
    pub(crate) bytes: u64,
}

/// Writes `episodes.csv` and `reviews.csv` of `children` children, about two rows of history and five reviews each.
pub(crate) fn ssda903(folder: &Path, children: u32) -> std::io::Result<Made> {
    let mut chance = StdRng::seed_from_u64(903);
    let mut episodes = BufWriter::new(File::create(folder.join("episodes.csv"))?);
    let mut reviews = BufWriter::new(File::create(folder.join("reviews.csv"))?);
    writeln!(
        episodes,
        "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"
    )?;
    writeln!(reviews, "CHILD,DOB,REVIEW,REVIEW_CODE")?;
    let mut rows = 0;
    for child in 0..children {
        let id = 1_000_000 + child;
        let start = AS_AT - i64::from(chance.random_range(5..1_200_u32)).days();
        let moved = start + i64::from(chance.random_range(10..200_u32)).days();
        let relocates = moved < AS_AT && chance.random_bool(0.6);
        let (dec, rec) = if relocates {
            (slashed(moved), "X1")
        } else {
            (String::new(), "")
        };
        writeln!(
            episodes,
            "{id},{},S,C2,N1,U1,PR1,{dec},{rec},,,,SC1",
            slashed(start)
        )?;
        rows += 1;
        if relocates {
            let ended = moved + 100.days();
            let ends = ended < AS_AT && chance.random_bool(0.3);
            let (dec, rec) = if ends {
                (slashed(ended), "E4A")
            } else {
                (String::new(), "")
            };
            writeln!(
                episodes,
                "{id},{},P,C2,N1,U4,PR1,{dec},{rec},,,,SC2",
                slashed(moved)
            )?;
            rows += 1;
        }
        let mut held = start + 20.days();
        for _ in 0..chance.random_range(0..9_u32) {
            writeln!(reviews, "{id},01/01/2012,{},PN1", slashed(held))?;
            rows += 1;
            held += i64::from(chance.random_range(60..200_u32)).days();
        }
    }
    episodes.flush()?;
    reviews.flush()?;
    let size = |name: &str| std::fs::metadata(folder.join(name)).map(|m| m.len());
    Ok(Made {
        rows,
        bytes: size("episodes.csv")? + size("reviews.csv")?,
    })
}

fn slashed(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}
