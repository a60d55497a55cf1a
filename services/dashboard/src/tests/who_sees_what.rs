//! Every page of the route table, asked as every role, of the own team and of another.

use contracts::{Role, TeamId};

use reqwest::header::HeaderMap;
use testkit::servers::until;

use super::{
    services::mail_id,
    site::{Browser, Shown, Site},
};
use crate::{domain::fixture::ids_of_children, pages::ROUTES};

/// A request of the table: how it is asked for, and what must come of it.
struct Expected {
    path: String,
    form: Option<Vec<(&'static str, &'static str)>>,
    status: u16,
    shows: Vec<&'static str>,
    hides: Vec<&'static str>,
    /// Ids of children in the answer: these and no others.
    children: Vec<&'static str>,
    /// Whose supervision is in the answer: theirs and nobody else's.
    supervised: Vec<&'static str>,
}

/// Who has supervision in the fixture, and the day it was last recorded.
const SUPERVISED: [(&str, &str); 3] = [
    ("w1", "Last recorded Mon 7 Apr 2025"),
    ("w2", "Last recorded Sat 5 Apr 2025"),
    ("w3", "Last recorded Tue 15 Apr 2025"),
];

/// Somebody in each role, with their own team and another one.
fn somebody(role: Role) -> (Option<&'static str>, &'static str, &'static str) {
    match role {
        Role::Operator => (None, "T1", "T2"),
        Role::Worker => (Some("w1"), "T1", "T2"),
        Role::Manager => (Some("m1"), "T1", "T2"),
        Role::Reviewer => (Some("r1"), "T3", "T1"),
        Role::Leader => (Some("l1"), "T1", "T2"),
    }
}

fn expected(path: &str, role: Role, team: &str, own: bool) -> Expected {
    let base = Expected {
        path: path
            .replace("{code}", "westshire")
            .replace("{team}", team)
            .replace("{id}", &mail_id().to_string())
            .replace("{*path}", "evenkeel.css"),
        form: None,
        status: 200,
        shows: vec![],
        hides: vec![],
        children: vec![],
        supervised: vec![],
    };
    match path {
        "/" => Expected {
            shows: vec!["Westshire"],
            ..base
        },
        "/a/{code}/board" => board(role, base),
        "/a/{code}/rules" => Expected {
            shows: vec!["1 of 3 rules run", "Visit to a child in need"],
            ..base
        },
        "/a/{code}/team/{team}" => team_page(role, own, base),
        "/a/{code}/my-day" => my_day(role, base),
        "/a/{code}/horizon" => Expected {
            children: if role == Role::Reviewer {
                vec!["child-dilys"]
            } else {
                vec![]
            },
            ..base
        },
        "/live" => Expected {
            path: format!("/live?path=/a/westshire/team/{team}"),
            ..team_page(role, own, base)
        },
        "/sign-in" => Expected {
            status: 401,
            ..base
        },
        "/look-as/stop" | "/sign-out" => Expected {
            form: Some(vec![]),
            status: 303,
            ..base
        },
        "/assets/{*path}" => base,
        _ => for_the_operator(path, role == Role::Operator, base),
    }
}

fn for_the_operator(path: &str, operator: bool, base: Expected) -> Expected {
    let (status, form, children) = match path {
        "/a/{code}/people" | "/mailbox" | "/status" => (200, None, vec![]),
        "/mailbox/{id}" | "/mailbox/{id}/html" => {
            (200, None, vec!["child-amira-a", "child-amira-b"])
        }
        "/status/release" => (
            409,
            Some(vec![("authority", "westshire"), ("batch", "0")]),
            vec![],
        ),
        "/look-as" => (
            303,
            Some(vec![("authority", "westshire"), ("person", "w3")]),
            vec![],
        ),
        other => panic!("say here who may see {other}"),
    };
    if operator {
        return Expected {
            form,
            status,
            children,
            ..base
        };
    }
    Expected {
        status: 403,
        form,
        hides: vec!["Ben Adeyemi", "Dilys Okoro", "w1@westshire.example"],
        ..base
    }
}

fn board(role: Role, base: Expected) -> Expected {
    let teams = [
        "north team",
        "South team",
        "No team recorded",
        "Reviewing service",
    ];
    let (shows, hides) = match role {
        Role::Operator => (teams.into(), vec!["fewer than five"]),
        Role::Leader => (
            teams.into_iter().chain(["fewer than five"]).collect(),
            vec![],
        ),
        Role::Worker | Role::Manager => (
            vec!["north team"],
            vec!["South team", "No team recorded", "Reviewing service"],
        ),
        Role::Reviewer => (
            vec!["Reviewing service"],
            vec!["north team", "South team", "No team recorded"],
        ),
    };
    Expected {
        shows,
        hides,
        ..base
    }
}

fn team_page(role: Role, own: bool, base: Expected) -> Expected {
    let all = vec![
        "child-amira-a",
        "child-amira-b",
        "child-ben",
        "child-unheld",
    ];
    let (status, children, hides) = match (role, own) {
        (Role::Operator | Role::Leader, _) => (200, vec![], vec!["Amira Khan", "Dilys Okoro"]),
        (Role::Worker, true) => (
            200,
            vec!["child-amira-a", "child-amira-b"],
            vec!["Ben Adeyemi"],
        ),
        (Role::Manager, true) => (200, all, vec![]),
        (Role::Reviewer, true) => (200, vec![], vec!["Amira Khan"]),
        (_, false) => (403, vec![], vec!["Late", "Dilys Okoro", "Amira Khan"]),
    };
    Expected {
        status,
        hides,
        children,
        supervised: match (role, own) {
            (Role::Manager, true) => vec!["w1", "w2"],
            _ => vec![],
        },
        ..base
    }
}

fn my_day(role: Role, base: Expected) -> Expected {
    let (shows, children) = match role {
        Role::Worker => (
            vec!["Late", "What we told you"],
            vec!["child-amira-a", "child-amira-b"],
        ),
        Role::Manager => (vec!["Nobody holds these children"], vec!["child-unheld"]),
        Role::Reviewer | Role::Leader => (
            vec!["Nothing on record is due for the children you hold"],
            vec![],
        ),
        Role::Operator => (vec!["Choose as whom to look"], vec![]),
    };
    Expected {
        shows,
        children,
        hides: vec!["Ben Adeyemi", "Dilys Okoro"],
        supervised: match role {
            Role::Worker => vec!["w1"],
            _ => vec![],
        },
        ..base
    }
}

async fn ask(browser: &Browser<'_>, expected: &Expected) -> Shown {
    match &expected.form {
        Some(form) => browser.post(&expected.path, form).await,
        None if expected.path.starts_with("/live") && expected.status == 200 => {
            let path = expected.path.trim_start_matches("/live?path=");
            let mut events = browser.live(path, "").await;
            Shown {
                status: 200,
                headers: HeaderMap::default(),
                html: events.next().await.unwrap_or_default(),
            }
        }
        None => browser.get(&expected.path).await,
    }
}

fn check(what: &str, expected: &Expected, shown: &Shown) {
    assert_eq!(shown.status, expected.status, "{what}: {}", shown.text());
    for words in &expected.shows {
        assert!(
            shown.html.contains(words),
            "{what} must show {words:?}: {}",
            shown.text()
        );
    }
    for words in &expected.hides {
        // The bar at the top names as whom one looks.
        let body = shown.html.split("<main").nth(1).unwrap_or(&shown.html);
        assert!(
            !body.contains(words),
            "{what} must not show {words:?}: {}",
            shown.text()
        );
    }
    for (person, words) in SUPERVISED {
        let may = expected.supervised.contains(&person);
        assert_eq!(
            shown.html.contains(words),
            may,
            "{what}: supervision of {person} in {}",
            shown.text()
        );
    }
    for child in ids_of_children() {
        let child = child.as_str();
        let may = expected.children.contains(&child);
        assert_eq!(
            shown.html.contains(child),
            may,
            "{what}: {child} in {}",
            shown.text()
        );
    }
}

#[tokio::test]
async fn every_page_shows_every_role_what_it_may_see_and_nothing_else() {
    let site = Site::start().await;
    for role in Role::ALL {
        let (person, own, other) = somebody(role);
        for (team, is_own) in [(own, true), (other, false)] {
            for route in &ROUTES {
                let browser = site.sign_in().await;
                if let Some(person) = person {
                    browser.look_as(person).await;
                }
                let expected = expected(route.path, role, team, is_own);
                let shown = ask(&browser, &expected).await;
                let what = format!("{} as {role:?}, team {team}", expected.path);
                check(&what, &expected, &shown);
            }
        }
    }
}

/// Every number that a page shows as such.
fn figures(html: &str) -> Vec<String> {
    let cells = html.split(['<', '>']).collect::<Vec<_>>();
    cells
        .windows(2)
        .filter(|pair| pair[0].starts_with("dd") || pair[0].starts_with("td"))
        .map(|pair| pair[1].trim().to_owned())
        .collect()
}

#[tokio::test]
async fn a_leader_is_shown_no_number_from_one_to_four() {
    let site = Site::start().await;
    for (person, shown) in [("l1", false), ("m1", true)] {
        let browser = site.sign_in().await;
        browser.look_as(person).await;
        for path in ["/", "/a/westshire/board", "/a/westshire/team/T1"] {
            let figures = figures(&browser.get(path).await.html);
            assert!(!figures.is_empty(), "{path}");
            let small = figures
                .iter()
                .any(|n| ["1", "2", "3", "4"].contains(&n.as_str()));
            assert_eq!(small, shown, "{path} as {person}: {figures:?}");
        }
    }
}

#[tokio::test]
async fn nobody_who_is_not_signed_in_sees_anything_but_the_stylesheet() {
    let site = Site::start().await;
    let stranger = site.stranger();
    for route in &ROUTES {
        let expected = expected(route.path, Role::Operator, "T1", true);
        let shown = match &expected.form {
            Some(form) => stranger.post(&expected.path, form).await,
            None => stranger.get(&expected.path).await,
        };
        let open = route.path.starts_with("/assets");
        assert_eq!(shown.status, if open { 200 } else { 401 }, "{}", route.path);
        if !open {
            assert!(
                !shown.html.contains("Westshire") && !shown.html.contains("child-"),
                "{}",
                route.path
            );
            assert!(shown.text().contains("evenkeel link"), "{}", shown.text());
        }
    }
}

#[tokio::test]
async fn a_role_follows_the_directory_at_once() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    browser.look_as("w1").await;
    let team = TeamId::new("T1");
    let path = format!("/a/westshire/team/{team}");
    assert!(!browser.get(&path).await.html.contains("child-ben"));
    let mut moved = super::site::Data::default();
    let mut amira = crate::domain::fixture::people().remove(1);
    amira.revision = 2;
    amira.role = "Team manager".into();
    moved.people.push(amira);
    let mut north = crate::domain::fixture::teams().remove(0);
    north.revision = 2;
    north.manager_id = Some("w1".into());
    moved.teams.push(north);
    site.publish(&moved).await;
    until("Amira manages the team", async || {
        let shown = browser.get(&path).await;
        shown.html.contains("child-ben").then_some(())
    })
    .await;
}
