//! Small authorities, each with a directory, allocations and a return of its own, so that there is always an import
//! that has not been made and mail that has not been sent.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use bus::Bus;
use contracts::{
    AuthorityCode,
    commands::{ImportDirectory, ImportFiles, ImportSummary},
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use uuid::Uuid;

pub(super) const AS_AT: Date = date(2025, 3, 31);
const WORKERS: i64 = 6;
const CHILDREN: i64 = 18;

/// In the order in which they are made: whoever holds a child is known before the child.
const FILES: [(&str, &str); 4] = [
    ("directory", "people.csv"),
    ("directory", "teams.csv"),
    ("allocations", "allocations.csv"),
    ("ssda903", "return"),
];

/// One of an authority's imports; it may be repeated at will.
#[derive(Clone, Debug)]
pub(super) struct Import {
    pub(super) source: &'static str,
    authority: AuthorityCode,
    path: PathBuf,
}

impl Import {
    /// The last of an authority's: after it there is something to tell.
    pub(super) fn completes(&self) -> bool {
        self.source == FILES[3].0
    }

    /// As at `day`; a request of its own each time.
    pub(super) async fn ask(&self, bus: &Bus, day: Date) -> anyhow::Result<ImportSummary> {
        let (key, authority, path) = (Uuid::now_v7(), self.authority.clone(), self.path.clone());
        if self.source == "directory" {
            let ask = ImportDirectory {
                key,
                authority,
                path,
                as_at: Some(day),
                progress: None,
            };
            return bus.ask(&ask).await;
        }
        let ask = ImportFiles {
            key,
            authority,
            name: None,
            source: self.source.to_owned(),
            path,
            as_at: Some(day),
            played_at: None,
            synthetic: true,
            progress: None,
        };
        bus.ask(&ask).await
    }
}

/// Writes so many authorities; gives their imports, in order.
pub(super) fn write(folder: &Path, authorities: u32) -> Vec<Import> {
    let mut imports = Vec::new();
    for n in 0..authorities {
        let code = format!("kills{n}");
        let folder = folder.join(&code);
        write_one(&folder, &code, i64::from(n));
        imports.extend(FILES.map(|(source, file)| Import {
            source,
            authority: code.parse().unwrap(),
            path: folder.join(file),
        }));
    }
    imports
}

fn write_one(folder: &Path, code: &str, n: i64) {
    let slashed = |day: Date| day.strftime("%d/%m/%Y").to_string();
    let mut people = "staff_id,name,email,role,team_id,manager_id,deputy_id,fte,start_date,leave_date,absent_from,absent_to,working_days,first_year_until\n".to_owned();
    writeln!(
        people,
        "m,Synthetic Manager,m@{code}.example,team manager,t,,,1,2015-09-01,,,,,"
    )
    .unwrap();
    for worker in 0..WORKERS {
        writeln!(people, "w{worker},Synthetic Worker {worker},w{worker}@{code}.example,social worker,t,m,,1,2015-09-01,,,,,").unwrap();
    }
    let teams = "team_id,name,parent_id,manager_id,mailbox\nt,Synthetic team,,m,\n";
    let mut allocations = "child,staff_id,team_id,role,start_date,end_date\n".to_owned();
    let mut episodes =
        "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n".to_owned();
    let mut reviews = "CHILD,DOB,REVIEW,REVIEW_CODE\n".to_owned();
    for child in 0..CHILDREN {
        let id = 5_000 + CHILDREN * n + child;
        let start = AS_AT - (10 + 15 * child).days();
        writeln!(episodes, "{id},{},S,C2,N1,U1,PR1,,,,,,", slashed(start)).unwrap();
        if child % 3 == 0 {
            writeln!(reviews, "{id},01/01/2014,{},PN1", slashed(start + 5.days())).unwrap();
        }
        let worker = child % WORKERS;
        writeln!(allocations, "{id},w{worker},t,case_holder,{start},").unwrap();
    }
    let source = folder.join(FILES[3].1);
    fs::create_dir_all(&source).unwrap();
    fs::write(source.join("episodes.csv"), episodes).unwrap();
    fs::write(source.join("reviews.csv"), reviews).unwrap();
    fs::write(folder.join(FILES[0].1), people).unwrap();
    fs::write(folder.join(FILES[1].1), teams).unwrap();
    fs::write(folder.join(FILES[2].1), allocations).unwrap();
}
