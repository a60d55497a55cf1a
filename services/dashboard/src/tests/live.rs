//! Pages that keep themselves up to date.

use std::time::Duration;

use super::site::{Data, Site};
use crate::domain::fixture::{held, open};

fn seen(html: &str) -> &str {
    html.split("data-seen=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
}

/// A change of one child's obligations.
fn change() -> Data {
    let mut ben = held("child-ben", "w2", vec![open(jiff::civil::date(2025, 5, 1))]);
    ben.revision = 2;
    Data {
        children: vec![ben],
        ..Data::default()
    }
}

#[tokio::test]
async fn a_change_reaches_an_open_page_and_what_it_does_not_show_does_not() {
    let site = Site::start().await;
    let manager = site.sign_in().await;
    manager.look_as("m1").await;
    let other = site.sign_in().await;
    other.look_as("m2").await;
    let path = "/a/westshire/team/T1";
    let page = manager.get(path).await;
    let other_page = other.get("/a/westshire/team/T2").await;
    let mut events = manager.live(path, seen(&page.html)).await;
    let mut others = other
        .live("/a/westshire/team/T2", seen(&other_page.html))
        .await;
    site.publish(&change()).await;
    let event = events.next().await.unwrap();
    assert!(
        event.contains("<main") && !event.contains("Fri 9 May 2025</span> <span>Ben"),
        "{event}"
    );
    assert!(event.contains("2 working days past"), "{event}");
    assert!(!event.contains("<html"), "only the changed part is sent");
    let nothing = tokio::time::timeout(Duration::from_millis(1500), others.next());
    assert!(nothing.await.is_err(), "nothing changed there");
}

#[tokio::test]
async fn a_page_that_changed_between_loading_and_following_is_sent_at_once() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    let mut events = browser.live("/a/westshire/board", "something-older").await;
    assert!(events.next().await.unwrap().contains("north team"));
}

#[tokio::test]
async fn a_page_one_may_no_longer_see_is_closed() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    let page = browser.get("/a/westshire/board").await;
    let mut events = browser.live("/a/westshire/board", seen(&page.html)).await;
    browser.post("/sign-out", &[]).await;
    site.publish(&change()).await;
    let event = events.next().await.unwrap();
    assert!(
        event.contains("event: gone") && !event.contains("<main"),
        "{event}"
    );
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn what_is_no_live_page_is_not_followed() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    for path in [
        "/mailbox/x",
        "/assets/evenkeel.css",
        "/live",
        "/no-such-page",
        "nonsense",
        "http://evil.example/",
    ] {
        let shown = browser.get(&format!("/live?path={path}")).await;
        assert_eq!(shown.status, 404, "{path}: {}", shown.text());
    }
}

#[tokio::test]
async fn open_pages_do_not_hold_up_a_shutdown() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    let mut events = browser.live("/a/westshire/board", "").await;
    events.next().await.unwrap();
    let late = site.tasks.stop(Duration::from_secs(5)).await;
    assert_eq!(late, Vec::<&str>::new());
    assert_eq!(events.next().await, None);
}
