//! From an address to a pool: whom we meet, whether it is new enough, and whether it has room for all of us.

use std::{str::FromStr, time::Duration};

use sqlx::{
    AssertSqlSafe, Executor, PgConnection, PgPool, Row as _,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};
use uuid::Uuid;

use crate::{Error, Result};

/// As whom to meet PostgreSQL; what is blank is left to the address.
#[derive(Clone, Copy, Default)]
pub struct Login<'l> {
    pub role: &'l str,
    pub password: &'l str,
}

/// Older ones get no fixes any more, and nobody has tried them.
const OLDEST: i64 = 14;

/// How long a server that is just starting is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// How each pool is named to the server, so that every other sees its size: `evenkeel <schema> <size> <which>`.
const PREFIX: &str = "evenkeel ";

/// The host of an address of PostgreSQL, where it lets what is said travel without TLS. A socket is no host.
pub fn host_without_tls(url: &str) -> Option<String> {
    let options = PgConnectOptions::from_str(url).ok()?;
    let in_the_clear = !matches!(
        options.get_ssl_mode(),
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull
    );
    let on_a_socket = options.get_socket().is_some() || options.get_host().starts_with('/');
    (in_the_clear && !on_a_socket).then(|| options.get_host().to_owned())
}

pub(crate) async fn open(
    url: &str,
    login: &Login<'_>,
    schema: &str,
    connections: u32,
) -> Result<PgPool> {
    let mut options = PgConnectOptions::from_str(url)
        .map_err(|e| Error::engine("understand the address of PostgreSQL", e))?;
    if !login.role.is_empty() {
        options = options.username(login.role);
    }
    if !login.password.is_empty() {
        options = options.password(login.password);
    }
    let which = Uuid::now_v7().simple().to_string();
    let name = format!("{PREFIX}{schema} {connections} {}", &which[24..]);
    let options = options
        .application_name(&name)
        .options([("search_path", schema)]);
    let at = format!("{}:{}", options.get_host(), options.get_port());
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        // While we live the others see how many connections we may open.
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await
        .map_err(|error| unreachable(&at, schema, error))?;
    let prepared = prepare(&pool, schema, &name, &at).await;
    if prepared.is_err() {
        pool.close().await;
    }
    prepared.map(|()| pool)
}

fn unreachable(at: &str, schema: &str, error: sqlx::Error) -> Error {
    if matches!(error, sqlx::Error::PoolTimedOut) {
        let seconds = PATIENCE.as_secs();
        return Error::Unfit(format!(
            "PostgreSQL at {at} did not answer within {seconds} seconds: see that it runs and that [store] url names it"
        ));
    }
    Error::engine(
        &format!("connect to PostgreSQL at {at} for {schema}"),
        error,
    )
}

async fn prepare(pool: &PgPool, schema: &str, name: &str, at: &str) -> Result<()> {
    let what = format!("look at PostgreSQL at {at} for {schema}");
    let asked = async {
        let mut connection = pool.acquire().await?;
        let seen = look(&mut connection).await?;
        let there = "SELECT 1 FROM pg_namespace WHERE nspname = $1";
        let there = sqlx::query(there).bind(schema);
        let there = there.fetch_optional(&mut *connection).await?.is_some();
        Ok((seen, there))
    };
    let (seen, there) = asked.await.map_err(|e| Error::engine(&what, e))?;
    seen.judge(name, at).map_err(Error::Unfit)?;
    if !there {
        // Where a role may not make schemas somebody has made it, and it is not made again.
        let create = format!(
            "CREATE SCHEMA IF NOT EXISTS \"{}\"",
            schema.replace('"', "")
        );
        let made = pool.execute(AssertSqlSafe(create)).await;
        made.map_err(|e| Error::engine(&format!("make the schema {schema}"), e))?;
    }
    Ok(())
}

/// What the server says of itself and of who is connected.
struct Seen {
    version: i64,
    /// Connections for all but its superuser.
    room: i64,
    /// Names that programs gave themselves, each with its connections.
    connected: Vec<(String, i64)>,
}

async fn look(connection: &mut PgConnection) -> std::result::Result<Seen, sqlx::Error> {
    let limits = sqlx::query(
        "SELECT current_setting('server_version_num')::bigint / 10000 AS version, \
         current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint \
         - coalesce(current_setting('reserved_connections', true)::bigint, 0) AS room",
    );
    let limits = limits.fetch_one(&mut *connection).await?;
    let connected = sqlx::query(
        "SELECT coalesce(application_name, '') AS name, count(*) AS n FROM pg_stat_activity \
         WHERE datid IS NOT NULL GROUP BY 1",
    );
    let connected = connected.fetch_all(connection).await?;
    let connected = connected
        .iter()
        .map(|row| Ok((row.try_get("name")?, row.try_get("n")?)));
    Ok(Seen {
        version: limits.try_get("version")?,
        room: limits.try_get("room")?,
        connected: connected.collect::<std::result::Result<_, sqlx::Error>>()?,
    })
}

impl Seen {
    /// The sum of all pools, ours among them, beside what other programs use now.
    fn judge(&self, own: &str, at: &str) -> std::result::Result<(), String> {
        let version = self.version;
        if version < OLDEST {
            return Err(format!(
                "PostgreSQL at {at} is version {version}, and Evenkeel needs {OLDEST} or newer"
            ));
        }
        let mut pools: Vec<(&str, i64)> = Vec::new();
        let mut others = 0;
        for (name, connections) in &self.connected {
            match pool(name) {
                Some(pool) if name != own => pools.push(pool),
                Some(_) => {}
                None => others += connections,
            }
        }
        let (schema, wanted) = pool(own).unwrap_or((own, 1));
        let taken: i64 = pools.iter().map(|(_, size)| size).sum::<i64>() + others;
        if taken + wanted <= self.room {
            return Ok(());
        }
        pools.sort_unstable();
        let mut taken_by: Vec<_> = pools
            .iter()
            .map(|(name, size)| format!("{name} {size}"))
            .collect();
        taken_by.push(format!("other programs {others}"));
        Err(format!(
            "PostgreSQL at {at} has room for {} connections; {schema} wants {wanted}, and {taken} are spoken for ({}). \
             Lower [store] connections, stop what is not needed, or raise max_connections in the server's settings",
            self.room,
            taken_by.join(", ")
        ))
    }
}

/// Schema and size of a pool of ours, by its name.
fn pool(name: &str) -> Option<(&str, i64)> {
    let mut words = name.strip_prefix(PREFIX)?.split(' ');
    Some((words.next()?, words.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "evenkeel intake 5 aaaa";

    fn seen(room: i64, connected: &[(&str, i64)]) -> Seen {
        Seen {
            version: 15,
            room,
            connected: connected
                .iter()
                .map(|(name, n)| ((*name).to_owned(), *n))
                .collect(),
        }
    }

    #[test]
    fn pools_count_whole_however_few_connections_they_have_open() {
        let connected = [
            (OWN, 1),
            ("evenkeel dispatch 5 bbbb", 1),
            ("evenkeel dispatch 5 cccc", 2),
            ("psql", 2),
        ];
        assert_eq!(seen(17, &connected).judge(OWN, "db:5432"), Ok(()));
        let refused = seen(16, &connected).judge(OWN, "db:5432").unwrap_err();
        assert_eq!(
            refused,
            "PostgreSQL at db:5432 has room for 16 connections; intake wants 5, and 12 are spoken for (dispatch 5, \
             dispatch 5, other programs 2). Lower [store] connections, stop what is not needed, or raise \
             max_connections in the server's settings"
        );
    }

    #[test]
    fn an_old_server_is_refused() {
        let old = Seen {
            version: 13,
            ..seen(100, &[])
        };
        let refused = old.judge(OWN, "db:5432").unwrap_err();
        assert!(
            refused.contains("is version 13") && refused.contains("14 or newer"),
            "{refused}"
        );
    }
}
