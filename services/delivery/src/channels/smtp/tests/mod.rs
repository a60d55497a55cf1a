mod scripted;

use std::{path::PathBuf, time::Duration};

use runtime::Secret;
use testkit::servers::{SmtpOptions, smtp, smtp_with};
use uuid::Uuid;

use self::scripted::{Act, Scripted, polite};
use super::*;
use crate::domain::Trouble;

fn config(port: u16) -> Config {
    Config {
        host: "127.0.0.1".into(),
        port,
        username: String::new(),
        password: Secret::default(),
        password_file: PathBuf::new(),
        starttls: Starttls::Required,
        allow_plaintext: false,
        ca_file: PathBuf::new(),
        from: "Evenkeel <evenkeel@la.example>".into(),
        hello: String::new(),
        connections: 4,
        connect_timeout_ms: 5_000,
        answer_timeout_ms: 5_000,
        accept_timeout_ms: 5_000,
        idle_ms: 60_000,
    }
}

fn channel(port: u16) -> Smtp {
    Smtp::try_new(config(port)).unwrap()
}

fn mail_to(to: &str) -> Mail {
    Mail {
        message: Uuid::from_u128(7),
        authority: "westshire".parse().unwrap(),
        to_name: "Ada Okafor".into(),
        to: to.into(),
        subject: "What is due".into(),
        message_id: "<7@la.example>".into(),
        text: "Hello\n.\n..dots\n".into(),
        html: "<p>Hello</p>\n".into(),
        gathered_at: "2025-05-07T08:00:00Z".parse().unwrap(),
        at: "2025-05-07T08:00:00Z".parse().unwrap(),
    }
}

/// The verdict in a word, and its reason.
async fn sent(channel: &Smtp, to: &str) -> (&'static str, String) {
    match channel.send(&mail_to(to)).await {
        Verdict::Sent => ("sent", String::new()),
        Verdict::Refused { reason } => ("never", reason),
        Verdict::InDoubt { reason } => ("doubt", reason),
        Verdict::Retry { reason, trouble } => match trouble {
            Trouble::Channel => ("channel", reason),
            Trouble::Message => ("again", reason),
        },
    }
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written_at_a_real_server() {
    let server = smtp().await;
    let channel = channel(server.port);
    channel.prepare(2).await.unwrap();
    for _ in 0..3 {
        assert_eq!(sent(&channel, "ada@la.example").await.0, "sent");
    }
    let mails = server.wait_for(3).await;
    assert_eq!(mails[0].from, "evenkeel@la.example");
    assert_eq!(mails[0].to, ["ada@la.example"]);
    assert!(
        mails[0]
            .text()
            .contains("\r\n\r\nHello\r\n.\r\n..dots\r\n--")
    );
    assert_eq!(
        channel.open.load(Ordering::Relaxed),
        2,
        "connections are kept"
    );
    channel.quit().await;
    assert_eq!(channel.open.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_real_server_that_treats_a_recipient_badly_is_understood() {
    let server = smtp().await;
    let mut config = config(server.port);
    config.accept_timeout_ms = 300;
    let channel = Smtp::try_new(config).unwrap();
    for (to, verdict) in [
        ("refused-550@la.example", "never"),
        ("refused-450@la.example", "again"),
        ("unanswered@la.example", "doubt"),
        ("cut@la.example", "doubt"),
        ("hanging@la.example", "doubt"),
        ("ada@la.example", "sent"),
    ] {
        let (came, reason) = sent(&channel, to).await;
        assert_eq!(came, verdict, "{to}: {reason}");
        let names = reason.is_empty() || reason.contains(&format!("127.0.0.1:{}", server.port));
        assert!(names && !reason.contains('@'), "{reason}");
    }
    let kept = server.wait_for(2).await;
    let to: Vec<_> = kept.iter().map(|m| m.to[0].as_str()).collect();
    assert_eq!(to, ["unanswered@la.example", "ada@la.example"]);
}

#[tokio::test]
async fn with_a_certificate_and_a_password_mail_goes_encrypted_and_signed_in() {
    let login = ("evenkeel".to_owned(), "s3cret".to_owned());
    let server = smtp_with(SmtpOptions {
        starttls: true,
        login: Some(login),
    })
    .await;
    let good = Config {
        username: "evenkeel".into(),
        password: Secret::new("s3cret"),
        ca_file: server.ca(),
        ..config(server.port)
    };
    let channel = Smtp::try_new(good.clone()).unwrap();
    assert_eq!(
        sent(&channel, "ada@la.example").await,
        ("sent", String::new())
    );
    let mails = server.wait_for(1).await;
    assert!(mails[0].tls);
    assert_eq!(mails[0].login.as_deref(), Some("evenkeel"));

    let untrusting = Config {
        ca_file: PathBuf::new(),
        ..good.clone()
    };
    let words = Smtp::try_new(untrusting)
        .unwrap()
        .prepare(1)
        .await
        .unwrap_err();
    assert!(
        words.contains("certificate") && words.contains("ca_file"),
        "{words}"
    );

    let plain = Config {
        starttls: Starttls::Never,
        ..good
    };
    let words = Smtp::try_new(plain).unwrap().prepare(1).await.unwrap_err();
    assert!(words.contains("signing in"), "{words}");
}

#[tokio::test]
async fn a_refused_password_is_said_and_never_shown() {
    for ways in [
        "250-x\r\n250 AUTH LOGIN",
        "250-x\r\n250 AUTH PLAIN LOGIN",
        "250 x",
    ] {
        let server = Scripted::start(move |_, line| match line {
            "EHLO" => Act::Say(ways),
            "AUTH" if ways.contains("PLAIN") => Act::Say("535 no"),
            "AUTH" => Act::Say("334 VXNlcm5hbWU6"),
            "ZXZLBMTLZWW=" => Act::Say("535 no"),
            other => polite(0, other),
        })
        .await;
        let signing_in = Config {
            username: "evenkeel".into(),
            password: Secret::new("guess"),
            ..config(server.port)
        };
        let words = Smtp::try_new(signing_in)
            .unwrap()
            .prepare(1)
            .await
            .unwrap_err();
        let said = if ways.contains("AUTH") {
            "user name or password"
        } else {
            "no way of signing in"
        };
        assert!(words.contains(said) && !words.contains("guess"), "{words}");
    }
    let without = Config {
        username: "evenkeel".into(),
        ..config(25)
    };
    let said = Smtp::try_new(without).err().unwrap().to_string();
    assert!(said.contains("there is no password"), "{said}");
}

#[tokio::test]
async fn mail_does_not_leave_unencrypted_unless_allowed() {
    let server = Scripted::start(polite).await;
    let mut channel = channel(server.port);
    channel.session = channel.session.insisting();
    let words = channel.prepare(1).await.unwrap_err();
    assert!(
        words.contains("no STARTTLS") && words.contains("allow_plaintext"),
        "{words}"
    );

    for starttls in [Starttls::Opportunistic, Starttls::Never] {
        let away = |allow_plaintext| Config {
            host: "mail.la.example".into(),
            starttls,
            allow_plaintext,
            ..config(25)
        };
        assert!(Smtp::try_new(away(false)).is_err(), "{starttls:?}");
        assert!(Smtp::try_new(away(true)).is_ok(), "{starttls:?}");
    }
}

#[tokio::test]
async fn what_comes_unasked_before_encryption_is_not_believed() {
    let server = Scripted::start(|_, line| match line {
        "STARTTLS" => Act::Say("220 go\r\n250 injected"),
        "EHLO" => Act::Say("250-x\r\n250 STARTTLS"),
        other => polite(0, other),
    })
    .await;
    let words = channel(server.port).prepare(1).await.unwrap_err();
    assert!(words.contains("does not speak SMTP"), "{words}");
}

#[tokio::test]
async fn a_server_is_served_with_and_without_pipelining() {
    for hello in ["250-x\r\n250 PIPELINING", "250 x", "500 what?"] {
        let server = Scripted::start(move |n, line| match line {
            "EHLO" => Act::Say(hello),
            other => polite(n, other),
        })
        .await;
        let channel = channel(server.port);
        for _ in 0..3 {
            assert_eq!(
                sent(&channel, "ada@la.example").await,
                ("sent", String::new())
            );
        }
        assert_eq!((server.connections(), server.mails()), (1, 3), "{hello}");
    }
}

#[tokio::test]
async fn a_refused_mail_leaves_the_connection_good_for_the_next() {
    for pipelining in [true, false] {
        // Some servers want a text even when they took no recipient.
        for data in ["354 go on", "503 no recipients"] {
            let server = Scripted::start(move |n, line| match line {
                "EHLO" if pipelining => Act::Say("250-x\r\n250 PIPELINING"),
                "RCPT" if n == 0 => Act::Say("550 no such user"),
                "DATA" if n == 0 => Act::Say(data),
                "RSET" => Act::Next("250 cleared"),
                other => polite(n, other),
            })
            .await;
            let channel = channel(server.port);
            assert_eq!(sent(&channel, "bob@la.example").await.0, "never");
            assert_eq!(sent(&channel, "ada@la.example").await.0, "sent");
            assert_eq!(server.connections(), 1, "{pipelining} {data}");
        }
    }
}

#[tokio::test]
async fn each_fault_of_a_server_gets_its_verdict() {
    let cases: [(&'static str, Act, &str); 14] = [
        ("connect", Act::Hang, "channel"),
        ("connect", Act::Close, "channel"),
        ("connect", Act::Say("421 too busy"), "channel"),
        ("connect", Act::Say("HTTP/1.1 400 Bad Request"), "channel"),
        ("EHLO", Act::Close, "channel"),
        ("MAIL", Act::Hang, "channel"),
        ("MAIL", Act::Close, "channel"),
        ("MAIL", Act::Say("553 not you"), "channel"),
        ("RCPT", Act::Say("451 later"), "again"),
        ("RCPT", Act::Say("550 never"), "never"),
        ("DATA", Act::Close, "channel"),
        ("DATA", Act::Say("421 closing"), "channel"),
        (".", Act::Say("452 disk full"), "again"),
        (".", Act::Say("554 spam"), "never"),
    ];
    for (at, act, verdict) in cases {
        let server =
            Scripted::start(move |n, line| if line == at { act } else { polite(n, line) }).await;
        let mut config = config(server.port);
        config.answer_timeout_ms = 200;
        let channel = Smtp::try_new(config).unwrap();
        let (came, reason) = sent(&channel, "ada@la.example").await;
        assert_eq!(came, verdict, "{at} {act:?}: {reason}");
        assert!(reason.contains(&server.port.to_string()), "{reason}");
    }
}

#[tokio::test]
async fn a_connection_that_went_stale_while_idle_is_replaced_without_a_word() {
    for goodbye in [Act::Close, Act::Say("421 idle too long")] {
        let server = Scripted::start(move |n, line| match line {
            // Each connection takes one mail.
            "MAIL" if n > 0 => goodbye,
            other => polite(0, other),
        })
        .await;
        let channel = channel(server.port);
        for _ in 0..3 {
            assert_eq!(
                sent(&channel, "ada@la.example").await,
                ("sent", String::new())
            );
        }
        assert_eq!((server.connections(), server.mails()), (3, 3));
    }
}

#[tokio::test]
async fn with_nobody_listening_the_words_say_where_and_what_to_do() {
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    let words = channel(port).prepare(4).await.unwrap_err();
    assert!(
        words.contains(&format!("nothing listens at 127.0.0.1:{port}")),
        "{words}"
    );
    assert!(words.contains("[delivery.smtp] host and port"), "{words}");
}

#[tokio::test]
async fn a_server_that_takes_few_connections_is_used_with_few() {
    let server = Scripted::limited(2).await;
    let channel = channel(server.port);
    channel.prepare(4).await.unwrap();
    assert_eq!(channel.lanes(), 2);
    assert_eq!(
        sent(&channel, "ada@la.example").await,
        ("sent", String::new())
    );
    channel.tidy().await;
    assert_eq!(channel.lanes(), 4, "later it is tried with more again");
}

#[tokio::test]
async fn an_unused_connection_is_given_back() {
    let server = Scripted::start(polite).await;
    let mut config = config(server.port);
    config.idle_ms = 0;
    let channel = Smtp::try_new(config).unwrap();
    channel.prepare(3).await.unwrap();
    channel.tidy().await;
    assert_eq!(channel.open.load(Ordering::Relaxed), 0);
    tokio::time::timeout(Duration::from_secs(10), server.all_gone())
        .await
        .unwrap();
}
