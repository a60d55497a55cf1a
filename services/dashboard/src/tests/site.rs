//! A served installation over invented data.

use std::{sync::Arc, time::Duration};

use bus::{Bus, ConnectOptions, Context, CrashPoints, Landscape, Node, server::NatsServer};
use contracts::{
    Authority, Envelope, Event, TokenKey, commands::NewLink, ids, notice::Notice,
    obligation::ChildObligations,
};
use reqwest::{Method, Response, StatusCode, header};
use runtime::{Clock, Tasks};
use store::Db;

use testkit::servers::{Nats, nats, until};

use super::services::{deadlines, delivery, dispatch};
use crate::{
    Config, Dashboard,
    domain::fixture::{self, NOW, code},
};

const PATIENCE: Duration = Duration::from_secs(20);

/// State messages to start from.
#[derive(Default)]
pub(super) struct Data {
    pub(super) authorities: Vec<Authority>,
    pub(super) teams: Vec<contracts::Team>,
    pub(super) people: Vec<contracts::Person>,
    pub(super) children: Vec<ChildObligations>,
    pub(super) workers: Vec<contracts::WorkerObligations>,
    pub(super) supervision: Option<contracts::SupervisionRecord>,
    pub(super) notices: Vec<Notice>,
}

impl Data {
    pub(super) fn fixture() -> Self {
        Self {
            authorities: vec![fixture::authority()],
            teams: fixture::teams(),
            people: fixture::people(),
            children: fixture::children(),
            workers: fixture::workers(),
            supervision: Some(fixture::supervision_record()),
            notices: fixture::notices(),
        }
    }

    fn envelopes(&self) -> Vec<Envelope> {
        let mut all = Vec::new();
        for a in &self.authorities {
            all.push(state(&a.authority, "authority", "state", a.revision, a));
        }
        for t in &self.teams {
            all.push(state(
                &t.authority,
                "team",
                t.team_id.as_str(),
                t.revision,
                t,
            ));
        }
        for p in &self.people {
            all.push(state(
                &p.authority,
                "person",
                p.staff_id.as_str(),
                p.revision,
                p,
            ));
        }
        for c in &self.children {
            all.push(state(
                &c.authority,
                "child",
                c.child.as_str(),
                c.revision,
                c,
            ));
        }
        for w in &self.workers {
            let (code, id) = (&w.authority, w.staff_id.as_str());
            all.push(state(code, "person", id, w.revision, w));
        }
        if let Some(record) = &self.supervision {
            all.push(state(&record.authority, "authority", "", 1, record));
        }
        for n in &self.notices {
            all.push(state(
                &n.authority,
                "notice",
                &n.id.to_string(),
                n.revision,
                n,
            ));
        }
        all
    }
}

fn state<E: Event>(
    code: &contracts::AuthorityCode,
    kind: &str,
    id: &str,
    revision: u64,
    event: &E,
) -> Envelope {
    let token = key().token(code, kind, id);
    let message = ids::computed(
        "test",
        &[E::TYPE, code.as_str(), kind, id, &revision.to_string()],
    );
    Envelope::new(message, "test", code, &token, NOW.parse().unwrap(), event)
}

fn key() -> TokenKey {
    TokenKey::new([1; 32])
}

pub(super) struct Site {
    pub(super) url: String,
    pub(super) tasks: Tasks,
    client: reqwest::Client,
    publisher: Context,
    nats: Nats,
}

impl Site {
    pub(super) async fn start() -> Self {
        Self::with(Data::fixture(), "127.0.0.1:0").await
    }

    pub(super) async fn with(data: Data, listen: &str) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let nats = nats().await;
        let tasks = nats.tasks.child();
        let publisher = context("test", &nats.server, &tasks).await;
        let mut site = Self {
            url: String::new(),
            tasks,
            client: reqwest::Client::builder()
                .timeout(PATIENCE)
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            publisher,
            nats,
        };
        site.answer().await;
        site.publish(&data).await;
        site.serve(listen).await;
        site
    }

    async fn serve(&mut self, listen: &str) {
        let context = context("dashboard", &self.nats.server, &self.tasks).await;
        let mut dashboard = Dashboard::bind(&context, config(listen)).await.unwrap();
        dashboard.read(&context).await.unwrap();
        self.url = format!("http://{}", dashboard.address());
        bus::run(&context, dashboard.node()).await.unwrap();
    }

    /// Puts state on the bus as a service would, and waits until it is there.
    pub(super) async fn publish(&self, data: &Data) {
        let envelopes = data.envelopes();
        let mut tx = self.publisher.db.begin().await.unwrap();
        bus::outbox::put(&mut tx, &envelopes).await.unwrap();
        tx.commit().await.unwrap();
        until("the outbox is empty", async || {
            (bus::outbox::depth(&self.publisher.db).await.unwrap() == 0).then_some(())
        })
        .await;
    }

    async fn answer(&self) {
        bus::run(&self.publisher, Node::default()).await.unwrap();
        let services = [
            ("deadlines", deadlines()),
            ("delivery", delivery()),
            ("dispatch", dispatch()),
        ];
        for (service, node) in services {
            let context = context(service, &self.nats.server, &self.tasks).await;
            bus::run(&context, node).await.unwrap();
        }
    }

    /// As the command line does it.
    pub(super) async fn new_link(&self) -> String {
        self.publisher.bus.ask(&NewLink {}).await.unwrap().url
    }

    pub(super) async fn sign_in(&self) -> Browser<'_> {
        let link = self.new_link().await;
        let answer = self.client.get(&link).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        Browser {
            site: self,
            cookie: cookie.split(';').next().unwrap().to_owned(),
        }
    }

    /// Nobody signed in.
    pub(super) fn stranger(&self) -> Browser<'_> {
        Browser {
            site: self,
            cookie: String::new(),
        }
    }

    /// For a second dashboard beside the first.
    pub(super) async fn context(&self) -> Context {
        context("dashboard", &self.nats.server, &self.tasks).await
    }
}

pub(super) struct Browser<'a> {
    site: &'a Site,
    pub(super) cookie: String,
}

/// An answer that has been read.
pub(super) struct Shown {
    pub(super) status: u16,
    pub(super) headers: header::HeaderMap,
    pub(super) html: String,
}

impl Shown {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// What a person can read of the page.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut inside = false;
        for c in self.html.chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                c if !inside => text.push(c),
                _ => {}
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Browser<'_> {
    /// A request as a browser sends it from our own page.
    pub(super) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.site
            .client
            .request(method, format!("{}{path}", self.site.url))
            .header(header::COOKIE, &self.cookie)
            .header("sec-fetch-site", "same-origin")
    }

    pub(super) async fn get(&self, path: &str) -> Shown {
        shown(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub(super) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Shown {
        shown(
            self.request(Method::POST, path)
                .form(form)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    pub(super) async fn look_as(&self, person: &str) {
        let shown = self
            .post(
                "/look-as",
                &[("authority", code().as_str()), ("person", person)],
            )
            .await;
        assert_eq!(shown.status, 303, "{}", shown.text());
    }

    /// The events of a live page, as they come.
    pub(super) async fn live(&self, path: &str, seen: &str) -> Events {
        let path = format!("/live?path={path}&seen={seen}");
        let answer = self.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        Events {
            answer,
            read: String::new(),
        }
    }
}

pub(super) async fn shown(answer: Response) -> Shown {
    Shown {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        html: answer.text().await.unwrap(),
    }
}

pub(super) struct Events {
    answer: Response,
    read: String,
}

impl Events {
    /// The next event whole; none when the stream has ended.
    pub(super) async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let event = event.to_owned();
                self.read = rest.to_owned();
                return Some(event);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.answer.chunk())
                .await
                .unwrap();
            self.read
                .push_str(std::str::from_utf8(&chunk.unwrap()?).unwrap());
        }
    }
}

pub(super) fn config(listen: &str) -> Config {
    Config {
        listen: listen.parse().unwrap(),
        public_url: String::new(),
        stale_hours: 36,
        session_hours: 12,
    }
}

async fn context(service: &'static str, server: &NatsServer, tasks: &Tasks) -> Context {
    let clock = Clock::with_domain(NOW.parse().unwrap());
    let options = ConnectOptions {
        url: server.url.clone(),
        user: server.user.clone(),
        password: server.password.clone(),
    };
    let landscape = Arc::new(Landscape::new(clock.clone()));
    let bus = Bus::connect(&options).await.unwrap();
    bus.ensure_streams(1).await.unwrap();
    landscape.follow(&bus, tasks).await.unwrap();
    Context {
        service,
        db: Db::memory(&[bus::MIGRATIONS]).await.unwrap(),
        bus,
        landscape,
        tokens: key(),
        clock,
        tasks: tasks.clone(),
        crash: CrashPoints::default(),
    }
}
