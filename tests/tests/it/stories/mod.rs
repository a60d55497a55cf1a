//! Golden stories: small lives told as nightly files, played through the real program, and every mail they lead to.
//!
//! A story is a folder of `tests/stories`:
//!
//! * `story.toml`: what it tells, the last day played, and the settings of its authority;
//! * `directory.csv`, `teams.csv`, and `overrides.csv` where it has some;
//! * a folder a night, named by its day, with the tables that differ from the night before;
//! * `mails.txt`: every mail, in the order in which they went.
//!
//! `WRITE_STORIES=1` writes `mails.txt` anew, to be read before it is committed.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use bus::Bus;
use contracts::commands::{ListMail, ShowMail};
use jiff::civil::Date;
use serde::Deserialize;

use crate::program::Program;

const AUTHORITY: &str = "story";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    /// What it shows, in a sentence: for the reader.
    #[serde(rename = "title")]
    _title: String,
    /// The last day that is played.
    to: Date,
    /// As in `evenkeel.toml`.
    #[serde(default)]
    settings: toml::Table,
}

macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                tell(stringify!($name)).await;
            }
        )*

        #[test]
        fn every_folder_is_a_test() {
            let mut folders: Vec<String> = fs::read_dir(folder("")).unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            folders.sort();
            let mut tests = vec![$(stringify!($name).to_owned()),*];
            tests.sort();
            assert_eq!(folders, tests);
        }
    };
}

stories![
    a_child_dies,
    a_period_of_care,
    a_row_ages_out,
    blank_seen,
    enquiry_across_easter,
    going_live,
    half_empty_night,
    handover_before_the_day,
    long_term_override_ends,
    missing_at_a_weekend,
    protection_plan_not_seen,
    referral_to_assessment,
    second_enquiry_on_a_plan,
    short_breaks,
    siblings,
];

fn folder(story: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("stories")
        .join(story)
}

async fn tell(name: &str) {
    let from = folder(name);
    let story: Story = toml::from_str(&read(&from.join("story.toml"))).unwrap();
    let mut program = Program::new(None).without_sample();
    prepare(&program, &from, &story);
    let nights = program.data().join("nights");
    fill(&from, &nights);
    program.up().await;
    let to = story.to.to_string();
    program.say(&[
        "play",
        nights.to_str().unwrap(),
        "--authority",
        AUTHORITY,
        "--name",
        "Storyshire",
        "--to",
        &to,
    ]);
    let mails = mails(&program).await;
    let expected = from.join("mails.txt");
    if std::env::var_os("WRITE_STORIES").is_some() {
        fs::write(expected, mails).unwrap();
        return;
    }
    assert_eq!(read(&expected), mails, "the mails of {name}");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Settings and overrides, where the program looks for them.
fn prepare(program: &Program, from: &Path, story: &Story) {
    let data = program.data().join("data");
    fs::create_dir_all(data.join("overrides")).unwrap();
    fs::write(data.join("evenkeel.toml"), story.settings.to_string()).unwrap();
    let overrides = from.join("overrides.csv");
    if overrides.exists() {
        fs::copy(overrides, data.join(format!("overrides/{AUTHORITY}.csv"))).unwrap();
    }
}

/// Whole nights out of what differs from the night before.
fn fill(from: &Path, nights: &Path) {
    fs::create_dir_all(nights).unwrap();
    let mut tables: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut entries: Vec<_> = fs::read_dir(from)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap().to_str().unwrap();
        if !entry.is_dir() {
            fs::copy(&entry, nights.join(name)).unwrap();
            continue;
        }
        let night = nights.join(name);
        fs::create_dir_all(&night).unwrap();
        for table in fs::read_dir(&entry).unwrap() {
            let path = table.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap().to_owned();
            if file.starts_with("ssd_") {
                tables.insert(file, fs::read(&path).unwrap());
            }
        }
        for (table, content) in &tables {
            fs::write(night.join(table), content).unwrap();
        }
    }
}

/// Every mail in the mailbox, oldest first, as a person would read it.
async fn mails(program: &Program) -> String {
    let bus = Bus::connect(&program.broker()).await.unwrap();
    let list = ListMail {
        authority: Some(AUTHORITY.parse().unwrap()),
        after: None,
        limit: 10_000,
    };
    let mut headers = bus.ask(&list).await.unwrap().mails;
    // Mails of one moment go at the same time, and so in any order.
    headers.sort_by(|a, b| {
        (a.gathered_at, &a.to, &a.subject).cmp(&(b.gathered_at, &b.to, &b.subject))
    });
    let mut text = String::new();
    for header in headers {
        let mail = bus
            .ask(&ShowMail {
                message: header.message,
            })
            .await
            .unwrap();
        let at = header.gathered_at.to_zoned(calendar::london());
        let when = at.strftime("%a %-d %B %Y, %H:%M");
        writeln!(
            text,
            "{:=<100}\n{when}\nTo: {}\nSubject: {}\n",
            "", header.to, header.subject
        )
        .unwrap();
        writeln!(text, "{}\n", mail.text.trim_end()).unwrap();
    }
    text
}
