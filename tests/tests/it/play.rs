//! `play`: what it says, and what it refuses.

use testkit::servers;

use crate::program::Program;

fn complaint(program: &Program, arguments: &[&str]) -> String {
    let output = program.ask(arguments);
    assert!(!output.status.success(), "{arguments:?} must be refused");
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn days_are_played_one_after_the_other_and_no_clock_goes_back_or_leaves_the_world() {
    let mut program = Program::new(None);
    assert_eq!(
        complaint(&program, &["play"]),
        format!(
            "evenkeel: no Evenkeel is running on {}: start it with `evenkeel up`",
            program.data().join("data").display()
        )
    );
    program.up().await;
    program.settle().await;

    let days = |authority, from, to| {
        let wanted = ["play", "--children", "150", "--authority", authority];
        [&wanted[..], &["--from", from, "--to", to]].concat()
    };
    // Monday is a bank holiday: nobody is written to before Tuesday.
    let said = program.say(&days("first", "2025-05-25", "2025-05-28"));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "Sun 25 May 2025  0 mails", "{said}");
    assert_eq!(lines[1], "Mon 26 May 2025  0 mails", "{said}");
    let on_tuesday = lines[2].strip_prefix("Tue 27 May 2025  ").unwrap();
    assert_ne!(on_tuesday, "0 mails", "the first morning's summaries");
    assert!(lines[4].starts_with("Played 4 days in "), "{said}");
    assert!(lines[4].contains("/mailbox?authority=first"), "{said}");

    // The same seed is the same authority, and the same days bring the same mails.
    let again = program.say(&days("second", "2025-05-25", "2025-05-28"));
    assert_eq!(again.lines().take(4).collect::<Vec<_>>(), lines[..4]);

    // It goes on, and does not go back.
    let said = program.say(&days("first", "2025-05-29", "2025-05-30"));
    assert!(said.starts_with("Thu 29 May 2025"), "{said}");
    assert!(
        complaint(&program, &days("first", "2025-05-29", "2025-05-30")).starts_with(
            "evenkeel: the clock of first stands at Fri 30 May 2025 already and does not go back"
        )
    );
    assert!(
        complaint(&program, &days("first", "2025-06-29", "2025-05-30"))
            .contains("--from 2025-06-29 is after --to 2025-05-30")
    );

    let nothing = program.data().join("nothing");
    std::fs::create_dir(&nothing).unwrap();
    let words = complaint(&program, &["play", nothing.to_str().unwrap()]);
    assert!(words.contains("has no night to play"), "{words}");

    // One with a real clock is left alone.
    let night = program.data().join("data/played/second/2025-05-28");
    let night = night.to_str().unwrap();
    program.say(&["import", "ssd", night, "--authority", "real"]);
    let words = complaint(&program, &days("real", "2025-06-02", "2025-06-03"));
    assert!(
        words.contains("real has a real clock, which cannot be set"),
        "{words}"
    );

    // So is a trial, before its day and after it.
    let import = ["import", "ssd", night, "--authority", "trial"];
    program.say(&[&import[..], &["--as-at", "2025-05-28"]].concat());
    for from in ["2025-05-25", "2025-06-02"] {
        let words = complaint(&program, &days("trial", from, "2025-06-03"));
        assert!(
            words.contains("trial was taken in with a clock that stands still (--as-at)")
                && words.contains("name another with --authority"),
            "{words}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_played_never_reaches_a_mail_server() {
    let smtp = servers::smtp().await;
    let mut program = Program::new(Some(smtp.port)).without_sample();
    program.up().await;
    let words = complaint(&program, &["play", "--children", "20"]);
    assert!(words.contains("this Evenkeel sends by smtp"), "{words}");
}
