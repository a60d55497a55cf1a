//! `docker-compose.yml` and `deploy/`: that they agree with each other and with the program, and that what they describe
//! works, as processes without containers.

mod compose;
mod site;

use std::{collections::BTreeSet, process::Command, time::Duration};

use compose::{compose, dockerfile, root};
use site::Site;
use testkit::servers::until_within;

use crate::program;

#[test]
fn the_image_and_the_deployment_agree_with_each_other_and_with_the_program() {
    let (compose, image) = (compose(), dockerfile());
    let installed = image.last("COPY").split(' ').next_back().unwrap();
    assert_eq!(image.last("ENTRYPOINT"), format!("[\"{installed}\"]"));
    let user = image.last("USER");
    let prepared = image.all("RUN").join(" ");
    assert!(user != "0" && prepared.contains(&format!("--uid {user} ")));
    assert!(prepared.contains(&format!("--owner {user} --group {user}")));
    let toolchain = std::fs::read_to_string(root().join("rust-toolchain.toml")).unwrap();
    let ours = image.variable("RUSTUP_TOOLCHAIN");
    assert!(toolchain.contains(&format!("channel = \"{ours}\"")));
    let (minor, _) = ours.rsplit_once('.').unwrap();
    assert!(image.all("FROM")[0].starts_with(&format!("rust:{minor}-")));
    for (name, service) in compose.ours() {
        let build = service.build.as_ref().unwrap();
        assert_eq!(root().join(&build.context), root().join("."));
        assert!(root().join(&build.dockerfile).is_file(), "{name}");
        assert!(service.read_only, "{name} may write its own root");
        let check = &service.healthcheck.test;
        assert_eq!(check[..2], ["CMD", installed], "{name}");
        let command = service.command.iter().map(String::as_str);
        let help = Command::new(program::binary())
            .args(command)
            .arg("--help")
            .output();
        assert!(
            help.unwrap().status.success(),
            "{name}: {:?}",
            service.command
        );
        let monitor = &service.environment["EVENKEEL_EVENKEEL__MONITOR"];
        assert!(
            monitor.ends_with(&format!(":{}", image.last("EXPOSE"))),
            "{name}"
        );
        let on_this_machine = service.ports.iter().all(|p| p.starts_with("127.0.0.1:"));
        assert!(on_this_machine && (service.network_mode.is_none() || name == "dashboard"));
        let prepared = |path: &str| prepared.contains(&format!(" {path}"));
        for volume in &service.volumes {
            let inside = volume.split(':').nth(1).unwrap();
            assert!(prepared(inside), "{name} cannot write to {inside}");
        }
    }
    let names: Vec<_> = compose.ours().map(|(name, _)| name).collect();
    let all = [
        "dashboard",
        "deadlines",
        "delivery",
        "directory",
        "dispatch",
        "intake",
    ];
    assert_eq!(names, all);
}

#[test]
fn every_file_secret_and_volume_that_the_deployment_names_is_there() {
    let compose = compose();
    let secrets = tempfile::tempdir().unwrap();
    let script = root().join("deploy/make-secrets.sh");
    let made = Command::new("sh").arg(script).arg(secrets.path()).output();
    assert!(made.unwrap().status.success());
    for (name, secret) in &compose.secrets {
        let file = secret.file.file_name().unwrap();
        assert!(secrets.path().join(file).is_file(), "{name} is not made");
        assert!(secret.file.starts_with("./deploy/secrets"), "{name}");
    }
    let ignored = std::fs::read_to_string(root().join(".gitignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "/deploy/secrets"));
    let mut used = BTreeSet::new();
    for (name, service) in &compose.services {
        for secret in &service.secrets {
            assert!(compose.secrets.contains_key(secret), "{name}: {secret}");
            used.insert(secret);
        }
        for volume in &service.volumes {
            let from = volume.split(':').next().unwrap();
            let there = if from.starts_with('.') {
                root().join(from).is_file()
            } else {
                compose.volumes.contains_key(from)
            };
            assert!(there, "{name}: {from}");
        }
    }
    assert_eq!(used.len(), compose.secrets.len(), "a secret nobody uses");
}

#[test]
fn the_database_has_room_for_every_pool() {
    let compose = compose();
    let setting = compose.services["postgres"].command.last().unwrap();
    let room: u32 = setting
        .strip_prefix("max_connections=")
        .unwrap()
        .parse()
        .unwrap();
    let pools = compose
        .ours()
        .filter(|(_, s)| s.environment.contains_key("EVENKEEL_STORE__URL"));
    let of_each = |(_, service): (_, &compose::Service)| {
        let set = service.environment.get("EVENKEEL_STORE__CONNECTIONS");
        set.map_or(4, |n| n.parse::<u32>().unwrap())
    };
    let needed: u32 = pools.map(of_each).sum();
    // Twice: while a service is replaced, and for a second replica of each.
    assert!(2 * needed + 3 <= room, "{needed} twice, of {room}");
}

const AS_AT: [&str; 4] = ["--as-at", "2018-03-31", "--authority", "realshire"];

async fn at_rest(site: &Site) {
    let wait = ["status", "--wait", "--within", "30"];
    until_within(Duration::from_mins(10), "all work to be done", async || {
        let output = site.exec("intake", &wait).output().unwrap();
        output.status.success().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn separate_services_bring_a_real_return_to_its_mails_and_recover_from_kills() {
    let Some(shared) = crate::regulation_33::shared_data() else {
        return;
    };
    let source = shared.join("ssda903").display().to_string();
    let mut site = Site::prepare().await;
    site.start_all().await;

    let cover = site.folder().join("cover").display().to_string();
    let with = |site: &Site, arguments: &[&str]| site.say(&[arguments, &AS_AT].concat());
    with(
        &site,
        &["sample", "--cover", "ssda903", &source, "--out", &cover],
    );
    let summary = with(&site, &["import", "ssda903", &source]);
    assert!(summary.contains("5,050"), "{summary}");
    at_rest(&site).await;
    let rows = site.say(&["deadlines", "--authority", "realshire", "--format", "csv"]);
    let running = rows
        .lines()
        .filter(|row| row.contains(",open,") || row.contains(",overdue,"));
    assert_eq!(
        running.count(),
        926,
        "as many as in one process over SQLite"
    );
    let first = site.smtp.wait_for(1).await.len();
    keep_apart(&site);

    // What they were to do meanwhile is done when they are back.
    for name in ["deadlines", "delivery"] {
        site.kill(name).await;
    }
    let later = ["--as-at", "2018-05-31", "--authority", "realshire"];
    site.say(&[&["import", "ssda903", source.as_str()], &later[..]].concat());
    let status = site.exec("intake", &["status"]).output().unwrap();
    let said = String::from_utf8_lossy(&status.stderr).into_owned();
    assert!(
        !status.status.success() && said.contains("deadlines, delivery is not running"),
        "{said}"
    );
    assert_eq!(site.smtp.mails().len(), first);
    for name in ["deadlines", "delivery"] {
        site.start(name);
        site.is_healthy(name).await;
    }
    at_rest(&site).await;
    let mails = site.smtp.mails().len();
    assert!(
        mails > first,
        "two months later there is more to tell than {first} mails"
    );
    let status = site.say(&["status"]);
    assert!(
        !status.contains("DOES NOT ADD UP") && status.contains(" 0 in doubt"),
        "{status}"
    );
    assert!(
        status.contains(&format!("smtp: {mails} accepted")),
        "{mails} mails: {status}"
    );
}

/// Each service reaches its own tables only, passwords are asked for, and none is in a log.
fn keep_apart(site: &Site) {
    let own = site.sql_of("deadlines", "SELECT count(*) > 0 FROM deadlines.chronology");
    assert_eq!(String::from_utf8_lossy(&own.stdout).trim(), "t");
    let other = site.sql_of("intake", "SELECT count(*) FROM deadlines.chronology");
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(
        said.contains("permission denied for schema deadlines"),
        "{said}"
    );

    let mut wrong = site.exec("intake", &["run", "intake"]);
    wrong
        .env_remove("EVENKEEL_STORE__PASSWORD_FILE")
        .env("EVENKEEL_STORE__PASSWORD", "hunter2");
    let output = wrong.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("password authentication failed"),
        "{said}"
    );

    let secrets = std::fs::read_dir(site.path("/run/secrets")).unwrap();
    let secrets: Vec<_> = secrets
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .filter(|secret| secret.len() == 64)
        .collect();
    assert!(secrets.len() > 5);
    for (name, _) in compose().ours() {
        let log = site.logged(name);
        assert!(
            secrets.iter().all(|secret| !log.contains(secret)),
            "a secret in the log of {name}"
        );
    }
}
