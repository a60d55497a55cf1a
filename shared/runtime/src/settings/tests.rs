use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

const DEFAULTS: [&str; 2] = [
    "[delivery]\nattempts = 12\nrate = 1.5\nfrom = 'a@example.org'\nroutes = ['mail']\n\n[delivery.smtp]\nhost = ''\n\
     port = 587\nstrict = true\npassword = ''\npassword_file = ''\n",
    "[log]\nformat = 'auto'\n[log.levels]\n",
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Delivery {
    attempts: u32,
    rate: f64,
    from: String,
    routes: Vec<String>,
    smtp: Smtp,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Smtp {
    host: String,
    port: u16,
    strict: bool,
    password: Secret,
    password_file: String,
}

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evenkeel.toml");
    fs::write(&path, file).unwrap();
    let variables = environment.iter().map(|(n, v)| (n.into(), v.into()));
    Settings::load(&DEFAULTS, Some(&path), variables).map_err(|refused| {
        SettingsError(
            refused
                .0
                .iter()
                .map(|line| shortened(line, folder.path()))
                .collect(),
        )
    })
}

fn shortened(line: &str, folder: &Path) -> String {
    line.replace(&format!("{}/", folder.display()), "")
}

fn delivery(file: &str, environment: &[(&str, &str)]) -> Delivery {
    load(file, environment)
        .unwrap()
        .section("delivery")
        .unwrap()
}

fn refusals(file: &str, environment: &[(&str, &str)]) -> Vec<String> {
    load(file, environment).unwrap_err().0
}

#[test]
fn a_file_goes_before_the_defaults_and_the_environment_before_both() {
    let file = "[delivery]\nattempts = 3\nrate = 2\n[delivery.smtp]\nhost = 'mail.example.org'\n";
    let read = delivery(
        file,
        &[
            ("EVENKEEL_DELIVERY__ATTEMPTS", "5"),
            ("EVENKEEL_DELIVERY__SMTP__STRICT", "False"),
            ("EVENKEEL_DELIVERY__ROUTES", "mail, teams"),
            ("EVENKEEL_DATA", "/srv"),
            ("HOME", "/root"),
        ],
    );
    assert_eq!((read.attempts, read.smtp.port), (5, 587));
    assert_eq!(read.smtp.host, "mail.example.org");
    assert_eq!(
        (read.rate.to_string(), read.from),
        ("2".to_owned(), "a@example.org".to_owned())
    );
    assert!(!read.smtp.strict);
    assert_eq!(read.routes, ["mail", "teams"]);
}

#[test]
fn text_in_the_environment_stays_as_it_is_written() {
    let read = delivery("", &[("EVENKEEL_DELIVERY__SMTP__HOST", "007")]);
    assert_eq!(read.smtp.host, "007");
}

#[test]
fn a_second_underscore_after_the_name_means_the_same() {
    let read = delivery("", &[("EVENKEEL__DELIVERY__SMTP__PASSWORD", "s3cret")]);
    assert_eq!(read.smtp.password.reveal(), "s3cret");
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_known_one_and_its_place() {
    let file = "[delivery]\n[delivery.smtp]\nhots = 'x'\n";
    assert_eq!(
        refusals(file, &[]),
        [
            "evenkeel.toml line 3: delivery.smtp.hots is not a setting; did you mean delivery.smtp.host?"
        ]
    );
    assert_eq!(
        refusals("[delivry.smtp]\nhost = 'x'\n", &[]),
        ["evenkeel.toml line 2: delivry is not a setting; did you mean delivery?"]
    );
    assert_eq!(
        refusals("[smtp]\nhost = 'x'\n", &[]),
        ["evenkeel.toml line 2: smtp is not a setting; did you mean delivery.smtp?"]
    );
}

#[test]
fn an_unknown_variable_is_refused_with_the_variable_that_was_meant() {
    for (given, meant) in [
        (
            "EVENKEEL_DELIVERY__SMTP__HOTS",
            "EVENKEEL_DELIVERY__SMTP__HOST",
        ),
        (
            "EVENKEEL_DELIVERY_SMTP_HOST",
            "EVENKEEL_DELIVERY__SMTP__HOST",
        ),
        ("EVENKEEL_LOG__FORMATS", "EVENKEEL_LOG__FORMAT"),
    ] {
        let expected = format!("{given} is not a setting; did you mean {meant}?");
        assert_eq!(refusals("", &[(given, "x")]), [expected]);
    }
}

#[test]
fn a_value_of_another_kind_is_refused_by_name_without_showing_it() {
    let file = "[delivery]\nattempts = 'many'\nsmtp = 1\n";
    assert_eq!(
        refusals(
            file,
            &[
                ("EVENKEEL_DELIVERY__SMTP__PORT", "hunter2"),
                ("EVENKEEL_LOG", "x")
            ]
        ),
        [
            "evenkeel.toml line 2: delivery.attempts must be a whole number",
            "evenkeel.toml line 3: delivery.smtp must be a section",
            "EVENKEEL_DELIVERY__SMTP__PORT: delivery.smtp.port must be a whole number",
            "EVENKEEL_LOG: log must be a section",
        ]
    );
    let settings = load("[delivery.smtp]\nport = 70000\n", &[]).unwrap();
    let refused = settings
        .section::<Delivery>("delivery")
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("smtp.port") && refused.contains("line 2"),
        "{refused}"
    );
}

#[test]
fn a_file_that_is_no_toml_or_not_there_is_refused_by_name() {
    let refused = refusals("[delivery]\nattempts = \n", &[]);
    assert!(
        refused[0].starts_with("evenkeel.toml line 2: "),
        "{refused:?}"
    );
    let missing = Settings::load(&DEFAULTS, Some(Path::new("/nowhere.toml")), []).unwrap_err();
    assert!(
        missing
            .to_string()
            .starts_with("cannot read the settings in /nowhere.toml: ")
    );
}

#[test]
fn a_secret_comes_from_the_environment_or_a_file_of_its_own_and_is_never_shown() {
    let read = delivery("", &[("EVENKEEL_DELIVERY__SMTP__PASSWORD", "s3cret")]);
    assert_eq!(read.smtp.password.reveal(), "s3cret");
    assert!(!format!("{read:?}").contains("s3cret"));

    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "s3cret\n").unwrap();
    let named = format!(
        "[delivery.smtp]\npassword_file = {:?}\n",
        file.path().display().to_string()
    );
    let settings = load(&named, &[]).unwrap();
    assert!(!format!("{settings:?}").contains("s3cret"));
    let read: Delivery = settings.section("delivery").unwrap();
    assert_eq!(read.smtp.password.reveal(), "s3cret");
    assert_eq!(read.smtp.password_file, file.path().display().to_string());

    let both = refusals(&named, &[("EVENKEEL_DELIVERY__SMTP__PASSWORD", "other")]);
    assert!(both[0].ends_with(
        "delivery.smtp.password and delivery.smtp.password_file are both set: keep one"
    ));
}

#[test]
fn a_secret_in_the_file_of_settings_is_refused() {
    let refused = refusals("[delivery.smtp]\npassword = 's3cret'\n", &[]);
    assert_eq!(
        refused,
        [
            "evenkeel.toml line 2: delivery.smtp.password is a secret and does not belong in this file: set \
             EVENKEEL_DELIVERY__SMTP__PASSWORD, or name a file that holds it in delivery.smtp.password_file"
        ]
    );
}

#[test]
fn an_empty_table_takes_any_keys() {
    #[derive(Deserialize)]
    struct Log {
        levels: BTreeMap<String, String>,
    }
    let settings = load(
        "[log.levels]\nbus = 'debug'\n",
        &[("EVENKEEL_LOG__LEVELS__STORE", "info")],
    )
    .unwrap();
    let log: Log = settings.section("log").unwrap();
    assert_eq!(log.levels["bus"], "debug");
    assert_eq!(log.levels["store"], "info");
}
