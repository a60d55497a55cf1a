//! The service as it really runs: a real nats-server, a real SQLite file, questions over the bus.

use std::{sync::Arc, time::Duration};

use bus::{Bus, ConnectOptions, Context, CrashPoints, Landscape, Refusal};
use contracts::{
    TokenKey,
    commands::{ImportFiles, ImportProgress, Rest, rest_subject},
    streams::{CHRONOLOGY, SNAPSHOTS},
};
use futures::StreamExt;
use jiff::civil::date;
use runtime::Clock;
use store::Db;
use testkit::servers::{Nats, nats, until};
use uuid::Uuid;

use crate::{MIGRATIONS, SERVICE, import::tests::defaults};

struct Running {
    nats: Nats,
    context: Context,
    folder: tempfile::TempDir,
    /// Somebody else on the bus, such as the command line.
    asker: Bus,
}

impl Running {
    async fn start() -> Self {
        let nats = nats().await;
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::real();
        let path = folder.path().join("intake.db");
        let context = Context {
            service: SERVICE,
            db: Db::sqlite(&path, &[bus::MIGRATIONS, MIGRATIONS])
                .await
                .unwrap(),
            bus: connect(&nats).await,
            landscape: Arc::new(Landscape::new(clock.clone())),
            tokens: TokenKey::new([7; 32]),
            clock,
            tasks: nats.tasks.child(),
            crash: CrashPoints::default(),
        };
        context.bus.ensure_streams(1).await.unwrap();
        context
            .landscape
            .follow(&context.bus, &context.tasks)
            .await
            .unwrap();
        crate::run(context.clone(), defaults(), folder.path())
            .await
            .unwrap();
        let asker = connect(&nats).await;
        Self {
            nats,
            context,
            folder,
            asker,
        }
    }

    async fn messages(&self, stream: &contracts::Stream) -> u64 {
        let jetstream = async_nats::jetstream::new(self.nats.client().await);
        jetstream
            .get_stream(stream.name)
            .await
            .unwrap()
            .cached_info()
            .state
            .messages
    }

    async fn at_rest(&self) {
        let subject = rest_subject(SERVICE);
        until("intake to be at rest", async || {
            // A question on its way when the broker dies is never answered.
            let asked = self.asker.ask_subject::<_, Rest>(&subject, &());
            let answer = tokio::time::timeout(Duration::from_secs(2), asked).await;
            answer.ok()?.ok()?.is_at_rest().then_some(())
        })
        .await;
    }

    async fn stop(self) {
        assert!(
            self.context
                .tasks
                .stop(Duration::from_secs(20))
                .await
                .is_empty()
        );
    }
}

async fn connect(nats: &Nats) -> Bus {
    let options = ConnectOptions {
        url: nats.server.url.clone(),
        user: nats.server.user.clone(),
        password: nats.server.password.clone(),
    };
    Bus::connect(&options).await.unwrap()
}

fn request(path: std::path::PathBuf, progress: Option<String>) -> ImportFiles {
    ImportFiles {
        key: Uuid::now_v7(),
        authority: "westshire".parse().unwrap(),
        name: None,
        source: "ssda903".into(),
        path,
        as_at: Some(date(2018, 3, 31)),
        played_at: None,
        synthetic: false,
        progress,
    }
}

#[tokio::test]
async fn a_real_return_asked_for_over_the_bus_is_told_of_and_published() {
    let Some(folder) = crate::sources::the_real_return() else {
        return;
    };
    let running = Running::start().await;
    let (subject, mut progress) = running.asker.listen().await.unwrap();
    let summary = running
        .asker
        .ask(&request(folder, Some(subject)))
        .await
        .unwrap();
    assert_eq!(summary.children, 2123);
    let told: ImportProgress =
        serde_json::from_slice(&progress.next().await.unwrap().payload).unwrap();
    assert!(
        told.stage == "recording" || told.stage.starts_with("reading "),
        "{}",
        told.stage
    );
    running.at_rest().await;
    assert_eq!(running.messages(&CHRONOLOGY).await, 2123);
    assert_eq!(running.messages(&SNAPSHOTS).await, 1);
    let westshire = "westshire".parse().unwrap();
    assert_eq!(
        running.context.landscape.today(&westshire),
        Some(date(2018, 3, 31))
    );
    running.stop().await;
}

#[tokio::test]
async fn what_was_accepted_is_published_although_the_broker_dies() {
    let Some(folder) = crate::sources::the_real_return() else {
        return;
    };
    let running = Running::start().await;
    running.asker.ask(&request(folder, None)).await.unwrap();
    running.nats.kill();
    running.at_rest().await;
    assert_eq!(running.messages(&CHRONOLOGY).await, 2123);
    running.stop().await;
}

#[tokio::test]
async fn a_refusal_reaches_who_asked_in_its_own_words() {
    let running = Running::start().await;
    let error = running
        .asker
        .ask(&request(running.folder.path().join("none"), None))
        .await
        .unwrap_err();
    let Some(Refusal(why)) = error.downcast_ref() else {
        panic!("{error:#}")
    };
    assert!(why.contains("none is not there: check the path"), "{why}");
    running.at_rest().await;
    assert_eq!(running.messages(&SNAPSHOTS).await, 1);
    running.stop().await;
}
