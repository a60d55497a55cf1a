use std::{
    io::BufRead,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::*;

const PATIENCE: Duration = Duration::from_secs(30);
const STORE: &str = "EVENKEEL_TEST_STORE";

fn options(store: &Path) -> Options {
    Options {
        config: Config::default(),
        store: store.to_owned(),
        cache: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/cache"),
    }
}

async fn connect(server: &NatsServer) -> async_nats::Client {
    async_nats::ConnectOptions::with_user_and_password(server.user.clone(), server.password.clone())
        .connect(&server.url)
        .await
        .unwrap()
}

async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn signal(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), signal).unwrap();
}

/// True while a process runs; a dead one that nobody has waited for is not running.
fn runs(pid: u32) -> bool {
    let state = Command::new("ps")
        .args(["-o", "stat=", "-p", &pid.to_string()])
        .output()
        .unwrap();
    let state = String::from_utf8(state.stdout).unwrap();
    !state.trim().is_empty() && !state.starts_with('Z')
}

#[tokio::test]
async fn a_started_server_answers_only_those_with_its_password_and_stops_when_asked() {
    let store = tempfile::tempdir().unwrap();
    let server = NatsServer::start(&options(store.path()), &Tasks::new())
        .await
        .unwrap();
    let pid = server.pid().unwrap();
    assert!(async_nats::connect(&server.url).await.is_err());
    connect(&server).await.flush().await.unwrap();
    server.stop().await;
    assert!(!runs(pid));
}

#[tokio::test]
async fn a_killed_server_comes_back_at_the_same_address_with_what_it_stored() {
    let store = tempfile::tempdir().unwrap();
    let server = NatsServer::start(&options(store.path()), &Tasks::new())
        .await
        .unwrap();
    let client = connect(&server).await;
    let stream = async_nats::jetstream::new(client.clone());
    let config = async_nats::jetstream::stream::Config {
        name: "KEPT".to_owned(),
        subjects: vec!["kept".to_owned()],
        ..Default::default()
    };
    stream.create_stream(config).await.unwrap();
    stream
        .publish("kept", "x".into())
        .await
        .unwrap()
        .await
        .unwrap();
    let first = server.pid().unwrap();
    signal(first, Signal::KILL);
    until(async || server.pid().filter(|pid| *pid != first)).await;
    until(async || stream.get_stream("KEPT").await.ok()).await;
    let info = stream.get_stream("KEPT").await.unwrap();
    assert_eq!(info.cached_info().state.messages, 1);
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_keeps_dying_is_given_up_with_its_last_words() {
    let store = tempfile::tempdir().unwrap();
    let tasks = Tasks::new();
    let server = NatsServer::start(&options(store.path()), &tasks)
        .await
        .unwrap();
    let killed = async {
        loop {
            if let Some(pid) = server.pid().filter(|pid| runs(*pid)) {
                signal(pid, Signal::KILL);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        () = killed => {}
        stopped = tokio::time::timeout(PATIENCE, tasks.stopping()) => stopped.unwrap(),
    }
    let why = format!("{:#}", tasks.failure().unwrap());
    assert!(why.contains("ended 5 times in quick succession"), "{why}");
    assert!(why.contains("Server is ready"), "{why}");
}

#[tokio::test]
async fn a_store_in_use_is_refused_by_name() {
    let store = tempfile::tempdir().unwrap();
    let first = NatsServer::start(&options(store.path()), &Tasks::new())
        .await
        .unwrap();
    let refused = NatsServer::start(&options(store.path()), &Tasks::new())
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, Error::InUse(path) if path == store.path()),
        "{refused}"
    );
    first.stop().await;
    let again = NatsServer::start(&options(store.path()), &Tasks::new())
        .await
        .unwrap();
    again.stop().await;
}

#[tokio::test]
async fn a_server_ends_within_two_seconds_of_its_parents_violent_death() {
    let store = tempfile::tempdir().unwrap();
    let mut parent = parent(store.path());
    let pid = pid_of_the_parents(&mut parent);
    parent.kill().unwrap();
    parent.wait().unwrap();
    let killed = Instant::now();
    until(async || (!runs(pid)).then_some(())).await;
    assert!(killed.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_server_left_behind_on_the_same_store_is_ended_first() {
    let store = tempfile::tempdir().unwrap();
    let options = options(store.path());
    let binary = find::binary(None, &options.cache).await.unwrap();
    let plan = Plan::new(binary.clone(), &options);
    launch::launch(&plan)
        .await
        .unwrap()
        .process
        .stop(STOP_GRACE)
        .await;
    let mut left = Command::new(binary)
        .arg("-c")
        .arg(launch::config_file(store.path()))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until(async || {
        let recorded = std::fs::read_to_string(launch::pid_file(store.path())).ok()?;
        (recorded.trim() == left.id().to_string()).then_some(())
    })
    .await;
    let waited = std::thread::spawn(move || left.wait().unwrap());
    let server = NatsServer::start(&options, &Tasks::new()).await.unwrap();
    assert!(
        waited.join().unwrap().code().is_some(),
        "it was asked to stop, not killed"
    );
    server.stop().await;
}

/// This test program again, holding a server until it is killed.
fn parent(store: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "server::tests::holds_a_server",
            "--ignored",
            "--nocapture",
        ])
        .env(STORE, store)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn pid_of_the_parents(parent: &mut std::process::Child) -> u32 {
    std::io::BufReader::new(parent.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.split_once("nats-server=")?.1.parse().ok())
        .unwrap()
}

#[tokio::test]
#[ignore = "run by the tests above, as a process of its own"]
#[expect(
    clippy::print_stdout,
    reason = "tells the test that started it which server it holds"
)]
async fn holds_a_server() {
    let store = std::env::var_os(STORE).unwrap();
    let server = NatsServer::start(&options(Path::new(&store)), &Tasks::new())
        .await
        .unwrap();
    println!("\nnats-server={}", server.pid().unwrap());
    std::future::pending::<()>().await;
}
