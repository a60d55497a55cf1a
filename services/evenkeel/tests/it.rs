//! The program as a person meets it when something is not right: what, where, and what to do.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails its test")]

mod exporting;
mod running;

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

fn evenkeel(data: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(arguments)
        .arg("--data")
        .arg(data)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn refused(data: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = evenkeel(data, arguments, environment);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn an_unknown_setting_is_refused_with_the_nearest_known_one() {
    let data = tempfile::tempdir().unwrap();
    let typed = [("EVENKEEL_DELIVERY__SMTP__HOTS", "mail.example")];
    let said = refused(data.path(), &["status"], &typed);
    assert!(said.contains("EVENKEEL_DELIVERY__SMTP__HOTS"), "{said}");
    assert!(said.contains("EVENKEEL_DELIVERY__SMTP__HOST"), "{said}");
}

#[test]
fn a_service_alone_says_what_it_needs_to_meet_the_others() {
    let data = tempfile::tempdir().unwrap();
    let said = refused(data.path(), &["run", "intake"], &[]);
    assert!(said.contains("EVENKEEL_BUS__URL=nats://"), "{said}");
    let bus = ("EVENKEEL_BUS__URL", "nats://127.0.0.1:1");
    let said = refused(data.path(), &["run", "intake"], &[bus]);
    assert!(said.contains("EVENKEEL_STORE__URL=postgres://"), "{said}");
    let store = ("EVENKEEL_STORE__URL", "postgres://127.0.0.1:1/evenkeel");
    let said = refused(data.path(), &["run", "intake"], &[bus, store]);
    assert!(said.contains("EVENKEEL_BUS__TOKEN_KEY"), "{said}");
    let only = ["run", "delivery", "--channels", "smtp"];
    let said = refused(data.path(), &only, &[bus, store]);
    assert!(said.contains("[delivery.smtp] host is blank"), "{said}");
    let said = refused(data.path(), &["status"], &[bus]);
    assert!(
        said.contains("could not reach the broker at nats://127.0.0.1:1"),
        "{said}"
    );
}

#[test]
fn nothing_is_played_with_separate_services() {
    let data = tempfile::tempdir().unwrap();
    let bus = ("EVENKEEL_BUS__URL", "nats://127.0.0.1:1");
    let said = refused(data.path(), &["play"], &[bus]);
    assert!(
        said.contains("`play` runs only beside `evenkeel up`"),
        "{said}"
    );
}

#[tokio::test]
async fn a_command_makes_no_streams_and_says_that_there_are_none() {
    let (data, nats) = (tempfile::tempdir().unwrap(), testkit::servers::nats().await);
    let bus = [
        ("EVENKEEL_BUS__URL", nats.server.url.as_str()),
        ("EVENKEEL_BUS__USER", &nats.server.user),
        ("EVENKEEL_BUS__PASSWORD", &nats.server.password),
    ];
    let said = refused(data.path(), &["status"], &bus);
    assert!(
        said.contains("has no stream AUTHORITY, CHRONOLOGY")
            && said.contains("`evenkeel run <service>`"),
        "{said}"
    );
    let jetstream = async_nats::jetstream::new(nats.client().await);
    assert_eq!(jetstream.query_account().await.unwrap().streams, 0);
}

#[test]
fn nobody_is_asked_for_health_where_no_port_is_set_or_nobody_answers() {
    let data = tempfile::tempdir().unwrap();
    let said = refused(data.path(), &["health"], &[]);
    assert!(said.contains("evenkeel.monitor has no port"), "{said}");
    let at = [("EVENKEEL_EVENKEEL__MONITOR", "127.0.0.1:1")];
    let said = refused(data.path(), &["health"], &at);
    assert!(said.contains("nobody answers at 127.0.0.1:1"), "{said}");
}

#[test]
fn an_address_of_another_machine_is_refused_until_sign_in_exists() {
    let data = tempfile::tempdir().unwrap();
    let said = refused(data.path(), &["up", "--listen", "0.0.0.0:4870"], &[]);
    assert!(
        said.contains("loopback") || said.contains("this machine"),
        "{said}"
    );
}

#[test]
fn a_folder_that_is_not_there_is_refused_by_its_name() {
    let data = tempfile::tempdir().unwrap();
    let import = [
        "import",
        "ssda903",
        "/no/such/folder",
        "--authority",
        "westshire",
    ];
    let said = refused(data.path(), &import, &[]);
    assert!(said.contains("/no/such/folder"), "{said}");
}

#[test]
fn a_wrong_authority_code_says_what_a_code_is() {
    let data = tempfile::tempdir().unwrap();
    let output = evenkeel(
        data.path(),
        &["import", "ssda903", ".", "--authority", "West Shire"],
        &[],
    );
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("lower-case letters"), "{said}");
}

#[test]
fn whoever_waits_for_all_work_to_be_done_learns_it_from_the_exit_code() {
    let data = tempfile::tempdir().unwrap();
    let waited =
        |seconds: &str| evenkeel(data.path(), &["status", "--wait", "--within", seconds], &[]);
    let output = waited("60");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("dead letters") && !said.contains("at work"),
        "{said}"
    );
    // Nobody answers in no time at all.
    let output = waited("0");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("still at work after 0 seconds"), "{said}");
}
