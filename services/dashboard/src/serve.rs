//! From a free port to pages that are served until the tasks stop.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use axum::Router;
use bus::{Node, Question, Report};
use contracts::{
    Envelope,
    commands::{Link, NewLink, Rest},
};
use tokio::net::TcpListener;

use crate::{Config, app::App, pages, read_model::Change};

/// The pages of one installation, listening and not served yet.
pub struct Dashboard {
    app: App,
    listener: TcpListener,
    /// How far behind the streams the read model is.
    reports: Vec<Report>,
}

/// Reads the state streams, then serves the pages until the tasks stop. Returns once a browser can be sent there.
pub async fn run(context: bus::Context, config: Config) -> anyhow::Result<()> {
    let mut dashboard = Dashboard::bind(&context, config).await?;
    dashboard.read(&context).await?;
    bus::run(&context, dashboard.node()).await
}

impl Dashboard {
    /// Refuses any address but a loopback one, and a port that is taken.
    pub async fn bind(context: &bus::Context, config: Config) -> anyhow::Result<Self> {
        config.check()?;
        let wanted = config.listen;
        let listener = TcpListener::bind(wanted)
            .await
            .with_context(|| cannot_listen(wanted))?;
        let address = listener.local_addr().context("could not read the port")?;
        tracing::info!(%address, "pages are here");
        let app = App::new(context, config, address);
        Ok(Self {
            app,
            listener,
            reports: Vec::new(),
        })
    }

    /// Follows the state streams; returns when what they hold has been read.
    pub async fn read(&mut self, context: &bus::Context) -> anyhow::Result<()> {
        for stream in Change::STREAMS {
            let app = self.app.clone();
            let apply = move |envelope: &Envelope| {
                app.model().apply([Change::decode(envelope)?]);
                Ok(())
            };
            let (service, tasks) = (context.service, &context.tasks);
            let followed = context.bus.follow(service, stream, tasks, apply).await?;
            let bus = context.bus.clone();
            self.reports.push(Arc::new(move || {
                let (followed, bus) = (followed.clone(), bus.clone());
                Box::pin(async move {
                    let unread = followed.unread(&bus).await?;
                    Ok(Rest {
                        unread,
                        ..Rest::default()
                    })
                })
            }));
        }
        Ok(())
    }

    /// A new one-time link for the operator. Not for logs.
    pub fn new_link(&self) -> String {
        self.app.new_link()
    }

    pub fn address(&self) -> SocketAddr {
        self.app.address()
    }

    /// The pages as a part, and the question for a new link.
    pub fn node(mut self) -> Node {
        let app = self.app.clone();
        let link = Question::new(move |_: NewLink| {
            let url = app.new_link();
            async move { Ok(Link { url }) }
        });
        Node {
            questions: vec![link],
            reports: std::mem::take(&mut self.reports),
            parts: vec![("pages", Box::pin(self.serve()))],
            ..Node::default()
        }
    }

    async fn serve(self) -> anyhow::Result<()> {
        let stopping = self.app.tasks().token().clone();
        let router: Router = pages::router(&self.app);
        axum::serve(self.listener, router)
            .with_graceful_shutdown(stopping.cancelled_owned())
            .await
            .context("serving pages")
    }
}

fn cannot_listen(address: SocketAddr) -> String {
    format!(
        "could not listen on {address}: another program may hold the port, perhaps an Evenkeel that runs already. Stop it, or choose another port: dashboard.listen = \"{}:0\" takes any free one",
        address.ip()
    )
}
