//! What single pages say.

use contracts::ClockSetting;

use super::{
    services::mail_id,
    site::{Data, Site},
};
use crate::domain::fixture::{NOW, authority};

#[tokio::test]
async fn a_page_says_as_whom_one_looks_and_lets_one_stop() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    browser.look_as("w1").await;
    for path in [
        "/",
        "/a/westshire/board",
        "/a/westshire/my-day",
        "/mailbox",
        "/no-such-page",
    ] {
        let text = browser.get(path).await.text();
        assert!(
            text.contains("You are looking as Amira Khan, social worker, Westshire"),
            "{path}: {text}"
        );
    }
    browser.post("/look-as/stop", &[]).await;
    assert!(!browser.get("/").await.text().contains("You are looking as"));
}

#[tokio::test]
async fn the_board_says_how_many_rules_run_and_its_page_of_rules_why_the_others_do_not() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    let board = browser.get("/a/westshire/board").await;
    assert!(
        board
            .text()
            .contains("1 of 3 rules run on what has been read so far"),
        "{}",
        board.text()
    );
    assert!(board.html.contains("href=\"/a/westshire/rules\""));
    let rules = browser.get("/a/westshire/rules").await.text();
    for words in [
        "Run here 1",
        "No source supplies visits: expected, cannot be confirmed here 2",
        "Visit to a child in need",
    ] {
        assert!(rules.contains(words), "{words:?} in {rules}");
    }
}

#[tokio::test]
async fn the_filters_are_folded_until_one_is_set_and_name_each_rule_in_full() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    for page in ["/a/westshire/board", "/a/westshire/team/T1"] {
        let open = |html: &str| html.contains("id=\"filters\" open>");
        let all = browser.get(page).await;
        assert!(all.html.contains("id=\"filters\"") && !open(&all.html));
        assert!(
            all.html
                .contains("First review of a child looked after</option>")
        );
        let some = browser.get(&format!("{page}?state=late")).await;
        assert!(open(&some.html), "{page}");
    }
}

#[tokio::test]
async fn a_mail_is_shown_in_a_frame_that_may_do_nothing() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    let list = browser.get("/mailbox").await;
    let of_one = browser.get("/mailbox?authority=westshire").await.text();
    assert!(of_one.contains("Westshire, 1 mail"), "{of_one}");
    assert!(of_one.contains("Mails of every authority"), "{of_one}");
    let href = format!("/mailbox/{}", mail_id());
    assert!(list.html.contains(&href));
    let mail = browser.get(&href).await;
    assert!(mail.html.contains("sandbox=\"\""));
    let html = browser.get(&format!("{href}/html")).await;
    let policy = html.header("content-security-policy");
    assert!(
        policy.contains("sandbox;") && policy.contains("default-src 'none'"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
    let gone = browser
        .get(&format!("/mailbox/{}", uuid::Uuid::nil()))
        .await;
    assert_eq!(gone.status, 404);
    assert!(
        gone.text().contains("There is no such mail"),
        "{}",
        gone.text()
    );
}

#[tokio::test]
async fn the_status_page_says_who_answers_what_is_held_and_whether_the_account_adds_up() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    let text = browser.get("/status").await.text();
    for words in [
        "intake reads sources Does not answer",
        "delivery sends At rest",
        "would tell 140 people; 22 is usual",
        "did not answer within 10 s",
        "550 5.1.1 no such user",
        "It adds up: every step is in exactly one state.",
        "None: every message was understood.",
        "as at Tue 6 May 2025",
    ] {
        assert!(text.contains(words), "{words:?} in {text}");
    }
    let batch = [("authority", "westshire"), ("batch", "7")];
    assert_eq!(browser.post("/status/release", &batch).await.status, 303);
    assert!(
        browser
            .get("/status")
            .await
            .text()
            .contains("Nothing is held back.")
    );
    let twice = browser.post("/status/release", &batch).await;
    assert_eq!(twice.status, 409);
    assert!(
        twice.text().contains("not held any more"),
        "{}",
        twice.text()
    );
}

#[tokio::test]
async fn a_pinned_or_invented_authority_says_so_on_every_page_of_it() {
    let pinned = contracts::Authority {
        clock: ClockSetting::Pinned("2018-03-31T11:00:00Z".parse().unwrap()),
        synthetic: true,
        ..authority()
    };
    let data = Data {
        authorities: vec![pinned],
        ..Data::fixture()
    };
    let site = Site::with(data, "127.0.0.1:0").await;
    let browser = site.sign_in().await;
    for path in [
        "/",
        "/a/westshire/board",
        "/a/westshire/team/T1",
        "/a/westshire/my-day",
        "/a/westshire/people",
    ] {
        let text = browser.get(path).await.text();
        assert!(
            text.contains("The clock of this authority stands at Sat 31 Mar 2018"),
            "{path}: {text}"
        );
        assert!(text.contains("Invented data"), "{path}: {text}");
        assert!(text.contains("Data as at Tue 6 May 2025"), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_silent_source_is_called_old_on_every_page_of_its_authority() {
    let mut silent = authority();
    silent.sources[0].accepted_at =
        NOW.parse::<jiff::Timestamp>().unwrap() - jiff::ToSpan::hours(37);
    let data = Data {
        authorities: vec![silent],
        ..Data::fixture()
    };
    let site = Site::with(data, "127.0.0.1:0").await;
    let browser = site.sign_in().await;
    for path in [
        "/",
        "/a/westshire/board",
        "/a/westshire/team/T1",
        "/a/westshire/my-day",
        "/a/westshire/people",
    ] {
        let text = browser.get(path).await.text();
        assert!(
            text.contains(
                "Nothing new has come from the SSDA903 return since Sun 4 May 2025, 20:30"
            ),
            "{path}: {text}"
        );
    }
}

#[tokio::test]
async fn an_installation_without_data_says_what_to_do() {
    let site = Site::with(Data::default(), "127.0.0.1:0").await;
    let text = site.sign_in().await.get("/").await.text();
    assert!(
        text.contains("Nothing is loaded yet") && text.contains("evenkeel import ssda903"),
        "{text}"
    );
}

#[tokio::test]
async fn what_cannot_be_shown_is_told_kindly() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    for (path, status, words) in [
        ("/no-such-page", 404, "No page has this address"),
        (
            "/a/nowhere/board",
            404,
            "There is no authority “nowhere” here.",
        ),
        ("/a/W!/board", 404, "There is no authority “W!” here."),
        (
            "/a/westshire/team/T9",
            404,
            "There is no team “T9” in this authority.",
        ),
        ("/a/westshire/team/T1?page=x", 404, "could not be read"),
        ("/mailbox/not-an-id", 404, "There is no such mail."),
    ] {
        let shown = browser.get(path).await;
        assert_eq!(shown.status, status, "{path}");
        assert!(shown.text().contains(words), "{path}: {}", shown.text());
    }
}

#[tokio::test]
async fn a_persons_search_finds_names_roles_and_teams() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    let text = browser.get("/a/westshire/people?search=ADEY").await.text();
    assert!(
        text.contains("Ben Adeyemi") && !text.contains("Amira Khan"),
        "{text}"
    );
    let text = browser.get("/a/westshire/people?search=%3Cscript%3E").await;
    assert!(
        !text.html.contains("<script>"),
        "what is searched for is only text"
    );
    assert!(text.text().contains("Nobody found"), "{}", text.text());
}
