//! `kill -9` again and again while a return is imported and mails are sent: afterwards every deadline and every mail is
//! there, and none twice but what was in doubt.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
    time::Duration,
};

use jiff::{ToSpan, civil::date};
use rand::{Rng, SeedableRng, rngs::StdRng};
use testkit::servers::{self, Smtp};

use crate::program::Program;

const AS_AT: &str = "2025-03-31";

/// A small return: enough children that killing finds something to interrupt, few enough that all lines are listed.
fn write_return(folder: &Path, children: i64) {
    let slashed = |day: jiff::civil::Date| day.strftime("%d/%m/%Y").to_string();
    let mut episodes =
        "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n".to_owned();
    let mut reviews = "CHILD,DOB,REVIEW,REVIEW_CODE\n".to_owned();
    for child in 0..children {
        let start = date(2025, 3, 31) - (10 + child % 300).days();
        let id = 5000 + child;
        writeln!(episodes, "{id},{},S,C2,N1,U1,PR1,,,,,,", slashed(start)).unwrap();
        if child % 3 == 0 {
            writeln!(reviews, "{id},01/01/2014,{},PN1", slashed(start + 5.days())).unwrap();
        }
    }
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("episodes.csv"), episodes).unwrap();
    std::fs::write(folder.join("reviews.csv"), reviews).unwrap();
}

fn cover(program: &Program, source: &Path, out: &Path) {
    let (source, out) = (source.display().to_string(), out.display().to_string());
    program.say(&[
        "sample", "--cover", "ssda903", &source, "--as-at", AS_AT, "--out", &out,
    ]);
}

/// The four imports; each may be repeated at will.
fn imports(source: &Path, covered: &Path) -> Vec<Vec<String>> {
    let with = |arguments: &[&str], path: &Path| {
        let mut line: Vec<String> = vec!["import".to_owned()];
        line.push(arguments[0].to_owned());
        line.push(path.display().to_string());
        line.extend(["--authority", "kills"].map(str::to_owned));
        line.extend(arguments[1..].iter().map(|a| (*a).to_owned()));
        line
    };
    vec![
        with(&["directory"], &covered.join("directory.csv")),
        with(&["directory"], &covered.join("teams.csv")),
        with(
            &["allocations", "--as-at", AS_AT],
            &covered.join("allocations.csv"),
        ),
        with(&["ssda903", "--as-at", AS_AT], source),
    ]
}

fn import_all(program: &Program, imports: &[Vec<String>]) {
    for import in imports {
        program.say(&import.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

fn deadlines(program: &Program) -> BTreeSet<String> {
    let said = program.say(&[
        "deadlines",
        "--authority",
        "kills",
        "--as-at",
        AS_AT,
        "--format",
        "csv",
    ]);
    said.lines().map(str::to_owned).collect()
}

/// Who was told about whom, and how often each `Message-ID` came.
fn told(smtp: &Smtp) -> (BTreeSet<(String, String)>, BTreeMap<String, u32>) {
    let (mut about, mut times) = (BTreeSet::new(), BTreeMap::new());
    for mail in smtp.mails() {
        let parsed = mail_parser::MessageParser::default()
            .parse(&mail.message)
            .unwrap();
        *times
            .entry(parsed.message_id().unwrap().to_owned())
            .or_default() += 1;
        let text = parsed.body_text(0).unwrap().into_owned();
        for line in text.lines().filter_map(|l| l.trim().strip_prefix("Child ")) {
            about.insert((mail.to[0].clone(), line.to_owned()));
        }
    }
    (about, times)
}

/// "3 in doubt" of the status.
fn in_doubt(program: &Program) -> u32 {
    let said = program.say(&["status"]);
    let words: Vec<_> = said.split_whitespace().collect();
    let at = words.windows(2).position(|w| w == ["in", "doubt"]).unwrap();
    words[at - 1].replace(',', "").parse().unwrap()
}

async fn survive(kills: u32, children: i64, seed: u64) {
    let mut chance = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let (source, covered) = (folder.path().join("return"), folder.path().join("cover"));
    write_return(&source, children);

    let calm_smtp = servers::smtp().await;
    let mut calm = Program::new(Some(calm_smtp.port));
    cover(&calm, &source, &covered);
    let imports = imports(&source, &covered);
    calm.up().await;
    import_all(&calm, &imports);
    calm.settle().await;

    let smtp = servers::smtp().await;
    let mut killed = Program::new(Some(smtp.port));
    for kill in 0..kills {
        killed.start();
        let import = &imports[kill as usize % imports.len()];
        let arguments: Vec<_> = import.iter().map(String::as_str).collect();
        // Up comes first; then the import goes as far as it may.
        killed.answers().await;
        let mut importing = killed.command(&arguments);
        importing
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let mut importing = importing.spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(chance.random_range(0..900))).await;
        killed.kill();
        importing.kill().unwrap();
        importing.wait().unwrap();
    }
    killed.up().await;
    import_all(&killed, &imports);
    killed.settle().await;

    assert_eq!(
        deadlines(&killed),
        deadlines(&calm),
        "every deadline is there after {kills} kills"
    );
    let ((about, _), (after, times)) = (told(&calm_smtp), told(&smtp));
    let missing: Vec<_> = about.difference(&after).collect();
    assert!(
        missing.is_empty(),
        "after {kills} kills these are not told: {missing:?}"
    );
    let twice: u32 = times.values().map(|n| n - 1).sum();
    let doubted = in_doubt(&killed);
    assert!(
        twice <= doubted,
        "{twice} mails came again, {doubted} were in doubt"
    );
    assert!(doubted <= 64 * kills);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_twenty_kills_every_deadline_and_mail_is_there_and_none_twice_but_what_was_in_doubt()
{
    survive(20, 240, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn soak_two_hundred_kills_lose_nothing() {
    for seed in 0..4 {
        survive(50, 240, 100 + seed).await;
    }
}
