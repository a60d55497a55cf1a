//! Who gets in, from where, and what is sent along.

use reqwest::{Method, header};

use super::site::{Site, config, shown};
use crate::{Dashboard, NotLoopback};

#[tokio::test]
async fn a_link_works_once_and_a_new_one_can_be_had() {
    let site = Site::start().await;
    let link = site.new_link().await;
    let path = link.strip_prefix(&site.url).unwrap();
    let first = site.stranger().get(path).await;
    assert_eq!(first.status, 200);
    let cookie = first.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(first.html.contains("http-equiv=\"refresh\""));
    let second = site.stranger().get(path).await;
    assert_eq!(second.status, 401);
    assert!(second.header("set-cookie").is_empty());
    assert!(
        second.text().contains("This link has been used"),
        "{}",
        second.text()
    );
    assert_eq!(site.sign_in().await.get("/").await.status, 200);
}

#[tokio::test]
async fn a_browser_that_only_looks_ahead_does_not_use_the_link_up() {
    let site = Site::start().await;
    let link = site.new_link().await;
    let path = link.strip_prefix(&site.url).unwrap();
    let ahead = site
        .stranger()
        .request(Method::GET, path)
        .header("sec-purpose", "prefetch;prerender");
    assert_eq!(shown(ahead.send().await.unwrap()).await.status, 401);
    assert_eq!(site.stranger().get(path).await.status, 200);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_not_only_the_cookie() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    let out = browser.post("/sign-out", &[]).await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(browser.get("/").await.status, 401);
}

#[tokio::test]
async fn a_foreign_host_is_turned_away_before_anything_is_asked() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    let port = site.url.rsplit(':').next().unwrap();
    for (host, status) in [
        (format!("127.0.0.1:{port}"), 200),
        (format!("localhost:{port}"), 200),
        ("127.0.0.1".to_owned(), 403),
        ("evil.example".to_owned(), 403),
        (format!("evil.example:{port}"), 403),
        (format!("localhost.evil.example:{port}"), 403),
        ("127.0.0.1:1".to_owned(), 403),
    ] {
        let request = browser
            .request(Method::GET, "/")
            .header(header::HOST, &host);
        let shown = shown(request.send().await.unwrap()).await;
        assert_eq!(shown.status, status, "{host}");
        assert_eq!(shown.html.contains("Westshire"), status == 200, "{host}");
    }
}

#[tokio::test]
async fn only_our_own_pages_may_change_something() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    let port = site.url.rsplit(':').next().unwrap();
    let ours = format!("http://127.0.0.1:{port}");
    for (name, value, status) in [
        ("sec-fetch-site", "same-origin", 303),
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("sec-fetch-site", "none", 403),
        ("origin", ours.as_str(), 303),
        ("origin", "http://evil.example", 403),
        ("origin", "null", 403),
        ("origin", "http://127.0.0.1:1", 403),
        ("x-nothing", "1", 403),
    ] {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let request = client
            .post(format!("{}/look-as/stop", site.url))
            .header(header::COOKIE, &browser.cookie)
            .header(name, value);
        assert_eq!(
            request.send().await.unwrap().status().as_u16(),
            status,
            "{name}: {value}"
        );
    }
}

#[tokio::test]
async fn every_answer_says_how_it_is_to_be_kept_and_framed() {
    let site = Site::start().await;
    let browser = site.sign_in().await;
    for path in [
        "/",
        "/a/westshire/board",
        "/no-such-page",
        "/a/nowhere/board",
    ] {
        let page = browser.get(path).await;
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
            "{path}: {policy}"
        );
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        for inline in ["<style", " style=", "onclick", "javascript:"] {
            assert!(!page.html.contains(inline), "{path} has {inline}");
        }
    }
}

#[tokio::test]
async fn an_asset_may_be_kept_for_ever_and_is_sent_once() {
    let site = Site::start().await;
    let home = site.sign_in().await.get("/").await;
    let href = home
        .html
        .split('"')
        .find(|part| part.contains("evenkeel.css?v="))
        .unwrap()
        .to_owned();
    let first = site.stranger().get(&href).await;
    assert_eq!(
        first.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(first.header("content-type"), "text/css");
    let again = site
        .stranger()
        .request(Method::GET, &href)
        .header(header::IF_NONE_MATCH, first.header("etag"));
    assert_eq!(again.send().await.unwrap().status().as_u16(), 304);
    let packed = site
        .stranger()
        .request(Method::GET, &href)
        .header(header::ACCEPT_ENCODING, "gzip");
    let packed = packed.send().await.unwrap();
    assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
    assert_eq!(
        site.stranger()
            .get("/assets/evenkeel.css")
            .await
            .header("cache-control"),
        "no-cache"
    );
}

#[tokio::test]
async fn a_port_that_is_taken_and_an_address_that_is_open_are_refused_in_words() {
    let site = Site::start().await;
    let context = site.context().await;
    let taken = site.url.strip_prefix("http://").unwrap();
    let Err(error) = Dashboard::bind(&context, config(taken)).await else {
        panic!("the port is taken")
    };
    let words = format!("{error:#}");
    assert!(
        words.contains(taken) && words.contains("dashboard.listen = \"127.0.0.1:0\""),
        "{words}"
    );
    let Err(error) = Dashboard::bind(&context, config("0.0.0.0:0")).await else {
        panic!("anybody could come in")
    };
    assert!(
        matches!(error.downcast_ref(), Some(NotLoopback::Listen(_))),
        "{error:#}"
    );
}
