//! Nothing is proved here: pages to look at while working on them.

use contracts::{
    Obligation, Person,
    notice::{NoticeStep, StepState},
    obligation::{ChildObligations, Limit, LimitUnit, RuleRef},
};
use jiff::{ToSpan, civil::Date};

use super::site::{Data, Site};
use crate::domain::fixture::{self, NOW, TODAY, held, met, notice, open, person, rule, team};

/// Where the pages of `pages_to_look_at` are.
const LISTEN: &str = "127.0.0.1:4899";

/// Serves invented data until interrupted; links are in `<temporary folder>/evenkeel-pages`.
#[tokio::test]
#[ignore = "serves pages until it is interrupted"]
async fn pages_to_look_at() {
    let site = Site::with(data(), LISTEN).await;
    let mut links = String::new();
    for _ in 0..20 {
        links.push_str(&site.new_link().await);
        links.push('\n');
    }
    std::fs::write(std::env::temp_dir().join("evenkeel-pages"), links).unwrap();
    site.tasks.stopping().await;
}

const TEAMS: [(&str, &str); 6] = [
    ("T1", "Assessment and Intervention North"),
    ("T2", "Care Experienced"),
    ("T3", "Children Looked After 1"),
    ("T4", "Children Looked After 2"),
    ("T5", "Disabled Children"),
    ("T6", "Independent Reviewing Service"),
];

const NAMES: [&str; 18] = [
    "Amira Khan",
    "Ben Adeyemi",
    "Carys Pugh",
    "Dilys Okoro",
    "Ewan Fraser",
    "Farah Ahmed",
    "Grace Mbeki",
    "Harriet Stone",
    "Imran Siddiqui",
    "Jo Whitlock",
    "Kasia Nowak",
    "Liam O’Connor",
    "Morwenna Lowe",
    "Nadia Rahman",
    "Owen Price",
    "Priya Nair",
    "Rosalind Achterberg-Featherstonehaugh",
    "Sam Tait",
];

fn data() -> Data {
    let mut data = Data {
        authorities: vec![
            fixture::authority(),
            contracts::Authority {
                authority: "northmoor".parse().unwrap(),
                name: "Northmoor".into(),
                clock: contracts::ClockSetting::Pinned("2018-03-31T11:00:00Z".parse().unwrap()),
                synthetic: true,
                ..fixture::authority()
            },
        ],
        people: people(),
        teams: TEAMS.map(|(id, name)| team(id, name)).into(),
        ..Data::default()
    };
    for (n, team) in data.teams.iter_mut().enumerate() {
        team.manager_id = Some(format!("m{n}").as_str().into());
    }
    for n in 0..140_i64 {
        data.children.push(child(n));
    }
    for (n, state) in StepState::ALL.into_iter().cycle().take(7).enumerate() {
        let at = NOW.parse::<jiff::Timestamp>().unwrap() - i64::try_from(n * 21).unwrap().hours();
        let mut notice = notice(
            "w0",
            &format!("{}", 1040 + n * 15),
            &n.to_string(),
            state,
            at,
        );
        notice.steps[0].why = match state {
            StepState::Pending => Some("held until your next working morning".into()),
            StepState::StoodDown => Some("the review was recorded".into()),
            _ => None,
        };
        notice.steps.push(NoticeStep {
            step: "baseline".into(),
            state: StepState::Sent,
            why: None,
            at: at - 72.hours(),
            message: None,
        });
        data.notices.push(notice);
    }
    data
}

fn people() -> Vec<Person> {
    let workers = NAMES.iter().enumerate().map(|(n, name)| {
        let team = TEAMS[n % 5].0;
        Person {
            manager_id: Some(format!("m{}", n % 5).as_str().into()),
            ..person(&format!("w{n}"), name, "Social worker", team)
        }
    });
    let managers = [
        "Tamsin Hale",
        "Uma Patel",
        "Vic Brennan",
        "Wendy Osei",
        "Xan Morley",
        "Yusuf Demir",
    ];
    let managers = managers.iter().enumerate().map(|(n, name)| {
        let role = if n == 5 {
            "Independent reviewing officer"
        } else {
            "Team manager"
        };
        person(&format!("m{n}"), name, role, TEAMS[n].0)
    });
    workers
        .chain(managers)
        .chain([person("l1", "Zoe Lindqvist", "Service manager", "T1")])
        .collect()
}

fn child(n: i64) -> ChildObligations {
    let due = TODAY.saturating_add(((n * 7) % 60 - 12).days());
    let mut obligations = vec![on(due, n)];
    if n % 3 == 0 {
        obligations.push(met(TODAY.saturating_sub((n % 27).days())));
    }
    let id = (1040 + n).to_string();
    let worker = format!("w{}", (n * n + n / 3) % 18);
    let mut child = held(&id, &worker, obligations);
    if n % 17 == 5 {
        child.holder.last_worker = child.holder.worker.take();
    }
    if n % 14 < 2 {
        child.holder = held(&id, "w0", vec![]).holder;
        child.family = Some("f1".into());
    }
    child
}

fn on(due: Date, n: i64) -> Obligation {
    if n % 4 == 0 {
        return open(due);
    }
    let trigger = due.saturating_sub(6.months());
    Obligation {
        rule: RuleRef {
            id: "en.cla.next-review".into(),
            title: "Review".into(),
            limit: Limit {
                n: 6,
                unit: LimitUnit::Months,
            },
            source: "Care Planning, Placement and Case Review (England) Regulations 2010, regulation 33(2)".into(),
            ..rule()
        },
        started_by: format!("review {trigger}"),
        trigger_date: trigger,
        baseline: n % 5 == 0,
        ..open(due)
    }
}
