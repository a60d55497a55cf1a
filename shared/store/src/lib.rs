#![doc = include_str!("../README.md")]

mod db;
mod error;
mod postgres;
mod row;
mod scope;
mod statement;
mod value;

pub use db::{Db, Migrations, Tx};
pub use error::Error;
pub use postgres::{Login, host_without_tls};
pub use row::Row;
pub use scope::{Reader, Scoped};
pub use statement::{Insert, Prepared, Statement};
pub use value::Value;

pub type Result<T> = std::result::Result<T, Error>;
