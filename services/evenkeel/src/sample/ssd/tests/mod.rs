use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fs,
    path::PathBuf,
};

use jiff::civil::date;
use tempfile::TempDir;

use super::*;

mod calibrated;

type Row = HashMap<String, String>;

/// Three thousand children over eight nights, the last of them a Friday.
struct Sample {
    folder: TempDir,
    made: Made,
}

const TO: Date = date(2026, 11, 20);

fn plan(children: usize, seed: u64, nights: usize) -> Plan {
    Plan {
        children,
        seed,
        from: Plan::history(TO),
        to: TO,
        nights,
    }
}

impl Sample {
    fn new(plan: &Plan) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = write(folder.path(), plan).unwrap();
        Self { folder, made }
    }

    fn rows_of(&self, night: Date, table: &str) -> Vec<Row> {
        let path = self
            .folder
            .path()
            .join(night.to_string())
            .join(format!("{table}.csv"));
        let mut reader = csv::Reader::from_path(path).unwrap();
        reader.deserialize().map(Result::unwrap).collect()
    }

    fn rows(&self, table: &str) -> Vec<Row> {
        self.rows_of(TO, table)
    }

    fn ids(&self, table: &str, column: &str) -> HashSet<String> {
        let rows = self.rows(table).into_iter();
        rows.map(|mut row| row.remove(column).unwrap()).collect()
    }
}

fn day(row: &Row, column: &str) -> Option<Date> {
    row[column].get(..10).map(|text| text.parse().unwrap())
}

fn share(part: usize, whole: usize) -> f64 {
    assert!(whole > 0);
    100.0 * f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap())
}

#[track_caller]
fn about(what: &str, is: f64, published: f64, within: f64) {
    assert!(
        (is - published).abs() <= within,
        "{what}: {is:.1}, published {published}, more than {within} away"
    );
}

fn files(folder: &std::path::Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let below = self::files(&path).into_iter();
            files.extend(below.map(|(p, b)| (PathBuf::from(path.file_name().unwrap()).join(p), b)));
        } else {
            files.insert(path.file_name().unwrap().into(), fs::read(&path).unwrap());
        }
    }
    files
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let first = Sample::new(&plan(200, 1, 6));
    let again = Sample::new(&plan(200, 1, 6));
    assert_eq!(files(first.folder.path()), files(again.folder.path()));
    assert_eq!(first.made, again.made);
    let other = Sample::new(&plan(200, 2, 6));
    assert_ne!(files(first.folder.path()), files(other.folder.path()));
    // Writing over what we wrote leaves what we would have written.
    let before = files(other.folder.path());
    write(other.folder.path(), &plan(200, 2, 6)).unwrap();
    assert_eq!(files(other.folder.path()), before);
}

#[test]
fn a_night_says_the_same_whichever_other_nights_are_written() {
    let (alone, among) = (Sample::new(&plan(150, 3, 1)), Sample::new(&plan(150, 3, 3)));
    let night = |sample: &Sample| {
        let mut files = files(&sample.folder.path().join(TO.to_string()));
        files.remove(std::path::Path::new("README.txt"));
        files
    };
    assert_eq!(night(&alone), night(&among));
}

const REFERENCES: &str = "\
ssd_involvements    invo_referral_id       ssd_cin_episodes           cine_referral_id
ssd_cin_assessments cina_referral_id       ssd_cin_episodes           cine_referral_id
ssd_cp_plans        cppl_icpc_id           ssd_initial_cp_conference  icpc_icpc_id
ssd_cp_visits       cppv_cp_plan_id        ssd_cp_plans               cppl_cp_plan_id
ssd_cp_reviews      cppr_cp_plan_id        ssd_cp_plans               cppl_cp_plan_id
ssd_cla_visits      clav_cla_id            ssd_cla_episodes           clae_cla_id
ssd_cla_reviews     clar_cla_id            ssd_cla_episodes           clae_cla_id
ssd_cla_episodes    clae_cla_placement_id  ssd_cla_placement          clap_cla_placement_id
ssd_involvements    invo_person_id         ssd_person                 pers_person_id";

#[test]
fn references_lead_somewhere_nearly_always() {
    // A history that no row has aged out of: what ages out takes its references with it.
    let six_years = Plan {
        from: TO.saturating_sub(6.years()),
        ..plan(3_000, 1, 1)
    };
    let sample = Sample::new(&six_years);
    let mut lost = 0;
    for line in REFERENCES.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [table, column, to, id] = words[..] else {
            panic!("{line}");
        };
        let known = sample.ids(to, id);
        let rows = sample.rows(table);
        let dangling = rows.iter().filter(|r| !known.contains(&r[column])).count();
        assert!(
            share(dangling, rows.len()) < 4.0,
            "{table}.{column}: {dangling}"
        );
        lost += dangling;
    }
    assert!(lost > 20, "{lost}");
    // What a child's protection or looked-after visit is called, the visits to children in need repeat.
    let repeated = sample.ids("ssd_cin_visits", "cinv_cin_visit_id");
    let protection = sample.ids("ssd_cp_visits", "cppv_cp_visit_id");
    assert!(protection.intersection(&repeated).count() * 100 > protection.len() * 99);
}

#[test]
fn from_one_night_to_the_next_about_two_in_a_hundred_children_change() {
    let sample = Sample::new(&plan(3_000, 1, 2));
    let mut changed = BTreeSet::new();
    for table in Table::ALL {
        let lines = |night: Date| -> BTreeSet<String> {
            let path = format!("{night}/{}.csv", table.name());
            let text = fs::read_to_string(sample.folder.path().join(path)).unwrap();
            text.lines().map(str::to_owned).collect()
        };
        for line in lines(date(2026, 11, 19)).symmetric_difference(&lines(TO)) {
            let child = match line.find("SYN-0") {
                Some(at) => line[at + 4..at + 10].to_owned(),
                None => line[1..7].to_owned(),
            };
            changed.insert(child);
        }
    }
    about(
        "children who changed",
        share(changed.len(), 3_000),
        2.2,
        1.2,
    );
}

#[test]
fn rows_come_late_change_vanish_and_come_back_and_age_out() {
    let sample = Sample::new(&plan(1_200, 1, 40));
    let visits = |night: Date| -> HashMap<String, Date> {
        let path = format!("{night}/ssd_cin_visits.csv");
        let text = fs::read_to_string(sample.folder.path().join(path)).unwrap();
        let rows = text.lines().skip(1).map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            (cells[0].to_owned(), cells[2].parse().unwrap())
        });
        rows.collect()
    };
    let nights = &sample.made.nights;
    let first = visits(nights[0]);
    let (mut late, mut corrected, mut back) = (0, 0, 0);
    let (mut before, mut absent) = (first.clone(), HashSet::new());
    for night in &nights[1..] {
        let now = visits(*night);
        for (id, happened) in &now {
            match before.get(id) {
                None if absent.remove(id) => back += 1,
                None => late += usize::from((*night - *happened).get_days() > 7),
                Some(said) => corrected += usize::from(said != happened),
            }
        }
        absent.extend(before.keys().filter(|id| !now.contains_key(*id)).cloned());
        before = now;
    }
    assert!(
        late > 20 && corrected > 0 && back > 3,
        "{late} {corrected} {back}"
    );

    let aged_out = first.keys().filter(|id| !before.contains_key(*id)).count();
    let edge = |night: Date| night.saturating_sub(6.years());
    assert!(first.values().all(|day| *day >= edge(nights[0])));
    assert!(before.values().all(|day| *day >= edge(TO)));
    assert!(aged_out > 20, "{aged_out}");
}

#[test]
fn one_night_of_many_a_table_arrives_half_empty() {
    let sample = Sample::new(&plan(1_000, 1, 6));
    let (night, table) = sample.made.partial.unwrap();
    assert!(sample.made.nights[1..5].contains(&night));
    let rows = |night: Date| sample.rows_of(night, table).len();
    let after = night.saturating_add(1.day());
    assert!(
        rows(night) * 100 < rows(after) * 65,
        "{} {}",
        rows(night),
        rows(after)
    );
    assert_eq!(Sample::new(&plan(200, 1, 4)).made.partial, None);
}

const SPANS: &str = "\
ssd_involvements     invo_involvement_start_date      invo_involvement_end_date
ssd_cin_episodes     cine_referral_date               cine_close_date
ssd_cin_assessments  cina_assessment_start_date       cina_assessment_auth_date
ssd_s47_enquiry      s47e_s47_start_date              s47e_s47_end_date
ssd_cin_plans        cinp_cin_plan_start_date         cinp_cin_plan_end_date
ssd_cp_plans         cppl_cp_plan_start_date          cppl_cp_plan_end_date
ssd_cla_episodes     clae_cla_episode_start_date      clae_cla_episode_ceased_date
ssd_cla_placement    clap_cla_placement_start_date    clap_cla_placement_end_date
ssd_legal_status     lega_legal_status_start_date     lega_legal_status_end_date
ssd_missing          miss_missing_episode_start_date  miss_missing_episode_end_date
ssd_cp_visits        cppv_cp_visit_date               cppv_cp_visit_date
ssd_cla_visits       clav_cla_visit_date              clav_cla_visit_date";

#[test]
fn nothing_happens_after_the_night_and_nothing_ends_before_it_begins() {
    let sample = Sample::new(&plan(3_000, 2, 1));
    for line in SPANS.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [table, from, to] = words[..] else {
            panic!("{line}");
        };
        for row in sample.rows(table) {
            let (start, end) = (day(&row, from).unwrap(), day(&row, to));
            assert!(
                start <= TO && end.is_none_or(|end| start <= end && end <= TO),
                "{row:?}"
            );
        }
    }
}

#[test]
fn a_child_who_died_has_nothing_afterwards() {
    let sample = Sample::new(&plan(6_000, 1, 1));
    let died: HashMap<String, Date> = sample
        .rows("ssd_person")
        .iter()
        .filter_map(|r| Some((r["pers_person_id"].clone(), day(r, "pers_death_date")?)))
        .collect();
    assert!(!died.is_empty());
    for row in sample.rows("ssd_cin_visits") {
        let after = died.get(&row["cinv_person_id"]).is_some_and(|death| {
            // A wrong date is corrected by some days.
            day(&row, "cinv_cin_visit_date").unwrap() > *death
        });
        assert!(!after, "{row:?}");
    }
    for row in sample.rows("ssd_involvements") {
        let open = row["invo_involvement_end_date"].is_empty();
        let long_ago = |death: &Date| death.saturating_add(60.days()) < TO;
        assert!(
            !(open && died.get(&row["invo_person_id"]).is_some_and(long_ago)),
            "{row:?}"
        );
    }
}

/// The dataset's own description of a table; none where it is not at hand.
fn description(table: &str) -> Option<String> {
    let path = format!(
        "{}/../../../shared/data/ssd/objects_yml/{table}.yml",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = fs::read_to_string(&path);
    assert!(
        text.is_ok() || std::env::var_os("CI").is_none(),
        "{path} is missing: the dataset's description must be there where the project is checked"
    );
    text.ok()
}

#[test]
fn every_column_is_one_of_the_dataset() {
    for table in Table::ALL {
        let Some(description) = description(table.name()) else {
            return;
        };
        assert!(!table.columns().is_empty());
        for column in table.columns() {
            assert!(
                description.contains(&format!("name: {column}\n")),
                "{column}"
            );
        }
    }
}

#[test]
fn every_code_is_one_of_the_dataset() {
    let sample = Sample::new(&plan(3_000, 1, 1));
    for (table, column, after) in [
        ("ssd_cla_placement", "clap_cla_placement_type", " -"),
        (
            "ssd_cla_placement",
            "clap_cla_placement_change_reason",
            " -",
        ),
        ("ssd_cla_episodes", "clae_cla_episode_start_reason", " -"),
        ("ssd_cla_episodes", "clae_cla_episode_ceased_reason", " -"),
        ("ssd_involvements", "invo_worker_change_reason", " -"),
        ("ssd_care_leavers", "clea_care_leaver_in_touch", " -"),
        ("ssd_care_leavers", "clea_care_leaver_eligibility", ""),
        ("ssd_cla_health", "clah_health_check_status", ""),
    ] {
        let Some(description) = description(table) else {
            return;
        };
        // Long lines end in a backslash and go on after the indentation.
        let joined: String = description.split("\\\n").map(str::trim_start).collect();
        let plain = joined.replace("\\ ", " ").replace("\\n", " ");
        let description = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        for code in sample.ids(table, column) {
            let known = code.is_empty() || description.contains(&format!("{code}{after}"));
            assert!(known, "{column}: {code}");
        }
    }
}

#[test]
fn every_folder_says_that_it_is_synthetic_and_a_stranger_is_left_alone() {
    let sample = Sample::new(&plan(50, 9, 2));
    for folder in ["", "2026-11-19", "2026-11-20"] {
        let text =
            fs::read_to_string(sample.folder.path().join(folder).join("README.txt")).unwrap();
        assert!(
            text.starts_with(LABEL) && text.contains("--seed 9"),
            "{text}"
        );
    }
    let theirs = tempfile::tempdir().unwrap();
    let night = theirs.path().join("2026-11-20");
    fs::create_dir(&night).unwrap();
    fs::write(night.join("ssd_person.csv"), "pers_person_id\n1\n").unwrap();
    let error = write(theirs.path(), &plan(50, 9, 1)).unwrap_err();
    assert!(error.to_string().contains("2026-11-20"), "{error}");
    assert_eq!(
        fs::read_to_string(night.join("ssd_person.csv")).unwrap(),
        "pers_person_id\n1\n"
    );
}

#[test]
fn an_impossible_plan_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |plan: Plan| write(folder.path(), &plan).unwrap_err().to_string();
    assert!(refused(plan(0, 1, 1)).contains("--children"));
    assert!(refused(plan(1, 1, 0)).contains("--nights"));
    assert!(
        refused(Plan {
            from: TO,
            ..plan(1, 1, 1)
        })
        .contains("too short a history")
    );
}

#[test]
fn the_directory_takes_its_people_and_teams_in() {
    use directory::domain::{
        decide::{Arrived, decide},
        known::Directory,
        moment::Moment,
        table::Table,
    };
    let sample = Sample::new(&plan(2_000, 1, 1));
    for name in ["directory.csv", "teams.csv"] {
        let bytes = fs::read(sample.folder.path().join(name)).unwrap();
        let arrived = Arrived {
            authority: &"sample".parse().unwrap(),
            table: &Table::read(name, &bytes).unwrap(),
            moment: Moment::new(TO, jiff::Timestamp::MAX),
            max_lost_percent: 20,
        };
        let decision = decide(&Directory::default(), &arrived).unwrap();
        assert_eq!(decision.summary.refused, []);
    }
}
