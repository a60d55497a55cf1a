//! `kill -9` while events come: what was answered 202 is there afterwards, and nothing is there twice.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use bus::{ConnectOptions, Context, CrashPoints, Landscape};
use contracts::TokenKey;
use runtime::{Clock, Tasks};
use store::Db;

use super::*;
use crate::{MIGRATIONS, SERVICE};

/// How many times it is killed.
const KILLS: u64 = 5;

const FOLDER: &str = "INTAKE_KILLED_FOLDER";

#[expect(
    clippy::disallowed_methods,
    reason = "tells the process that is killed where it works"
)]
fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

async fn context(folder: &Path, options: &ConnectOptions) -> Context {
    let clock = Clock::real();
    let context = Context {
        service: SERVICE,
        db: Db::sqlite(&folder.join("killed.db"), &[bus::MIGRATIONS, MIGRATIONS])
            .await
            .unwrap(),
        bus: bus::Bus::connect(options).await.unwrap(),
        landscape: std::sync::Arc::new(Landscape::new(clock.clone())),
        tokens: TokenKey::new([7; 32]),
        clock,
        tasks: Tasks::new(),
        crash: CrashPoints::default(),
    };
    context.bus.ensure_streams(1).await.unwrap();
    context
        .landscape
        .follow(&context.bus, &context.tasks)
        .await
        .unwrap();
    context
}

/// Not a test: the process that the test below starts and kills.
#[tokio::test]
#[ignore = "started by the test that kills it"]
async fn the_process_that_is_killed() {
    let Some(folder) = told(FOLDER).map(PathBuf::from) else {
        return;
    };
    let broker = std::fs::read_to_string(folder.join("broker")).unwrap();
    let broker: Vec<_> = broker.lines().map(str::to_owned).collect();
    let [url, user, password] = broker.try_into().unwrap();
    let context = context(
        &folder,
        &ConnectOptions {
            url,
            user,
            password,
        },
    )
    .await;
    let config = Config {
        events: settings(&folder),
        ..defaults()
    };
    let door = Door::bind(&Teller::new(&context, &config), &config.events)
        .await
        .unwrap()
        .unwrap();
    let address = door.address();
    let mut node = crate::node(&context, &config, &folder);
    node.parts.push(("events", Box::pin(door.serve())));
    bus::run(&context, node).await.unwrap();
    #[expect(clippy::print_stdout, reason = "tells the test where it listens")]
    {
        println!("\nlistens http://{address}/events");
    }
    std::future::pending::<()>().await;
}

/// Starts it; gives where it listens.
fn start(folder: &Path) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "events::tests::killed::the_process_that_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines
        .map_while(Result::ok)
        .find_map(|line| Some(line.strip_prefix("listens ")?.to_owned()));
    (child, url.expect("it says where it listens"))
}

/// Tells of one child after another until the process dies, or until there are `enough`; an event that was not answered
/// is the first of the next round. Gives how many were answered.
async fn tell_until_it_dies(url: &str, accepted: &mut u32, enough: u32) {
    let http = client();
    while *accepted < enough {
        let event = core_group(&accepted.to_string(), &format!("C{accepted}"), "2025-04-10");
        let request = http
            .post(url)
            .bearer_auth(TOKEN)
            .header(header::CONTENT_TYPE, "application/cloudevents+json")
            .body(event.to_string());
        let Ok(answer) = request.send().await else {
            return;
        };
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        *accepted += 1;
    }
}

#[tokio::test]
async fn what_was_accepted_outlives_kill_9_and_what_is_sent_again_is_not_recorded_twice() {
    let running = Running::ready().await;
    let folder = running.folder.path();
    let server = &running.nats.server;
    let broker = format!("{}\n{}\n{}\n", server.url, server.user, server.password);
    std::fs::write(folder.join("broker"), broker).unwrap();
    let mut accepted = 0;
    for round in 0..KILLS {
        let (mut child, url) = start(folder);
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(150 + 130 * round));
            child.kill().unwrap();
            child.wait().unwrap();
        });
        tell_until_it_dies(&url, &mut accepted, u32::MAX).await;
        killer.join().unwrap();
    }
    let (mut child, url) = start(folder);
    let enough = accepted + 20;
    tell_until_it_dies(&url, &mut accepted, enough).await;
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(accepted, enough);

    // What is published comes from the store of the one that was killed.
    let options = ConnectOptions {
        url: server.url.clone(),
        user: server.user.clone(),
        password: server.password.clone(),
    };
    let context = context(folder, &options).await;
    let node = crate::node(&context, &defaults(), folder);
    bus::run(&context, node).await.unwrap();
    running.at_rest().await;
    for n in 0..accepted {
        assert_eq!(published(&running, &format!("C{n}")).await.len(), 1, "C{n}");
    }
    let westshire = "westshire".parse().unwrap();
    let state = context.landscape.authority(&westshire).unwrap();
    let told = (state.children, state.revision_sum);
    assert_eq!(
        told,
        (u64::from(accepted), u64::from(accepted)),
        "nothing was recorded twice"
    );
    context.tasks.stop(Duration::from_secs(20)).await;
}
